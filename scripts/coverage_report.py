"""Prints what llvm-cov exported: shares of modules, and what no test ran. See coverage.sh."""

import argparse
import itertools
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def relative(path):
    """A file's path in the repository, whatever folder it was compiled in."""
    return path[path.rindex("/Sources/") + 1 :]


def read_lines(path):
    """File -> its lines that hold code, and whether a test ran them."""
    files = {}
    for record in pathlib.Path(path).read_text().splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            lines = files.setdefault(relative(value), {})
        elif kind == "DA":
            number, count = value.split(",")[:2]
            lines[int(number)] = int(count) > 0
    return files


def shares(files, modules):
    """Module, lines, lines that were run, share in percent."""
    for module in modules:
        prefix = f"Sources/{module}/"
        own = (lines.values() for name, lines in files.items() if name.startswith(prefix))
        ran = list(itertools.chain.from_iterable(own))
        yield module, len(ran), sum(ran), 100 * sum(ran) / max(1, len(ran))


def ranges(lines):
    """Lines that no test ran, as ranges; lines without code in between break none."""
    for was_run, group in itertools.groupby(sorted(lines), key=lambda number: lines[number]):
        numbers = list(group)
        if not was_run:
            first, last = numbers[0], numbers[-1]
            yield f"{first}" if first == last else f"{first}-{last}"


def pieces(segments):
    """Pieces of code that no test ran, as (line, column, end line, end column)."""
    found = []
    for (line, column, count, is_code, _, is_gap), after in itertools.pairwise(segments):
        if not is_code or is_gap or count > 0:
            continue
        if found and found[-1][2:] == (line, column):
            line, column = found.pop()[:2]
        found.append((line, column, *after[:2]))
    return found


def text_of(source, piece):
    """The text of a piece, in one line."""
    line, column, end_line, end_column = piece
    taken = source[line - 1 : end_line]
    taken[-1] = taken[-1][: end_column - 1]
    taken[0] = taken[0][column - 1 :]
    return " ".join(part.strip() for part in taken)


def write_list(regions, path, modules):
    """Writes every piece of the modules that no test ran."""
    prefixes = tuple(f"Sources/{module}/" for module in modules)
    files = json.loads(pathlib.Path(regions).read_text())["data"][0]["files"]
    segments = {relative(file["filename"]): file["segments"] for file in files}
    with open(path, "w", encoding="utf-8") as out:
        for name in sorted(name for name in segments if name.startswith(prefixes)):
            source = (ROOT / name).read_text(encoding="utf-8").splitlines()
            for piece in pieces(segments[name]):
                line, column, end_line, end_column = piece
                place = f"{name}:{line}:{column}-{end_line}:{end_column}"
                print(f"{place}  {text_of(source, piece)}", file=out)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--least", type=float, required=True)
    arguments.add_argument("--lines", required=True)
    arguments.add_argument("--regions")
    arguments.add_argument("--list")
    arguments.add_argument("--checked", nargs="+", required=True)
    arguments.add_argument("--shown", nargs="+", required=True)
    options = arguments.parse_args()

    files = read_lines(options.lines)
    print(f"{'module':<12}{'lines':>8}{'covered':>9}{'percent':>9}")
    low = []
    for module, count, ran, percent in shares(files, options.checked + options.shown):
        if count == 0 and module in options.shown:
            continue
        is_low = module in options.checked and percent < options.least
        note = f"  below {options.least:g} %" if is_low else ""
        print(f"{module:<12}{count:>8}{ran:>9}{percent:>9.2f}{note}")
        low += [module] * is_low

    print(f"\nlines of {', '.join(options.checked)} that no test ran:")
    for module in options.checked:
        for name in sorted(name for name in files if name.startswith(f"Sources/{module}/")):
            left = ", ".join(ranges(files[name]))
            if left:
                print(f"  {name}: {left}")
    if options.list:
        write_list(options.regions, options.list, options.checked)
    sys.exit(1 if low else 0)


main()
