#!/usr/bin/env python3
"""Instructions an operation, counted, as gates: a change that makes the work longer fails.

Builds Benchmarks' gate-bench in release and runs each of its workloads under callgrind, once with
four passes and once with eight; the difference is what four passes take, without start, setup and
warming up. Counts do not depend on what else the machine does: two runs give the same figures.

    perf/gates.py                     # all workloads against perf/gates.json; status 1 = above
    perf/gates.py --only log-stage    # one of them
    perf/gates.py --update            # makes what is measured now the gates
    perf/gates.py --record "NOTE"     # adds a line to perf/history.ndjson
    perf/gates.py --self-test         # shows that figures repeat and that a gate can fail
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from bench import ROOT

PACKAGE = ROOT / "Benchmarks"
GATES = ROOT / "perf/gates.json"
HISTORY = ROOT / "perf/history.ndjson"
PASSES = (4, 8)
TOLERANCE_PERCENT = 3
REPEAT_PERCENT = 0.1
FIGURES = ("instructions", "sha256_portable")
# Valgrind's CPU has no SHA instructions, so what is counted is the portable code that a server
# with them never runs. It is counted apart: it says how many blocks are hashed, not how fast.
PORTABLE_HASH = "portable"
SETTINGS = {"SWIFT_DETERMINISTIC_HASHING": "1", "SWIFT_BACKTRACE": "enable=no", "LC_ALL": "C"}


def output(command, **options):
    """What a command prints; ends this one if it fails."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=1_800, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-4_000:]}{done.stderr[-4_000:]}")
    return done.stdout


def build():
    """The built program."""
    command = ["swift", "build", "--package-path", PACKAGE, "-c", "release"]
    output([*command, "--product", "gate-bench"])
    return pathlib.Path(output([*command, "--show-bin-path"]).strip()) / "gate-bench"


def total(profile):
    """All instructions of a profile and, of them, those of the portable SHA-256 itself."""
    names, current, counted, hashed, is_call = {}, "", 0, 0, False
    for line in profile.splitlines():
        if line.startswith("fn="):
            number, _, name = line[3:].partition(" ")
            current = names.setdefault(number, name)
        elif line.startswith("cfn="):
            number, _, name = line[4:].partition(" ")
            if name:
                names[number] = name
        elif line.startswith("calls="):
            is_call = True
        elif line and line[0] in "+-*0123456789":
            # The line behind a call is what was called: it is counted where it stands itself.
            cost = 0 if is_call else int(line.split()[-1])
            is_call = False
            counted += cost
            hashed += cost if current == PORTABLE_HASH else 0
    summary = re.search(r"^summary: (\d+)", profile, re.MULTILINE)
    if not summary or int(summary.group(1)) != counted:
        sys.exit("callgrind's profile does not add up to its own summary")
    return counted, hashed


def count(folder, name, passes):
    """Callgrind's counts of a run, in a folder and surroundings that are always the same."""
    profile = f"{name}.{passes}"
    output(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}",
            "./gate-bench", name, passes], cwd=folder,
           env={"PATH": os.environ["PATH"], "HOME": "/", **SETTINGS})
    return total((folder / profile).read_text())


def measure(folder, workloads):
    """Each workload's figures, by its name."""
    runs = [(name, passes) for name in workloads for passes in PASSES]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(runs, pool.map(lambda run: count(folder, *run), runs)))
    found = {}
    for name, operations in workloads.items():
        few, many = (counts[name, passes] for passes in PASSES)
        share = operations * (PASSES[1] - PASSES[0])
        all_of_it, hashed = ((after - before) / share for before, after in zip(few, many))
        result = output([folder / "gate-bench", name, PASSES[1], "result"], env=SETTINGS).strip()
        found[name] = dict(zip(FIGURES, (round(all_of_it - hashed, 2), round(hashed, 2))),
                           result=result)
    return found


def prepare(binary, folder):
    """Puts the program into a folder; its workloads with the operations of a pass."""
    # Valgrind 3.19 gives up at the debug information of this compiler; names are enough.
    output(["strip", "--strip-debug", "-o", folder / "gate-bench", binary])
    lines = output([folder / "gate-bench", "list"]).splitlines()
    return {fields[0]: int(fields[1]) for fields in (line.split("\t") for line in lines)}


def judge(found, gates, tolerance, names):
    """What is wrong (above a gate, or not to be compared) and what is well below its gate."""
    wrong, below = [], []
    for name in names:
        if name not in gates:
            wrong.append(f"{name} has no gate: --update makes one")
            continue
        if found[name]["result"] != gates[name]["result"]:
            wrong.append(f"{name} computes {found[name]['result']} and not "
                         f"{gates[name]['result']}: it is other work; --update if that is meant")
        for figure in FIGURES:
            now, gate = found[name][figure], gates[name][figure]
            change = f"{name}: {now:,.1f} {figure} an operation, its gate is {gate:,.1f}"
            percent = f" ({(now / gate - 1) * 100:+.1f} %)" if gate else ""
            if now > gate * (1 + tolerance / 100):
                wrong.append(f"{change}{percent}: make it shorter, or --update and say why")
            elif now < gate * (1 - tolerance / 100):
                below.append(f"{change}{percent}: --update, so that it stays there")
    return wrong, below


def toolchain():
    """What the counts depend on besides the sources."""
    swift = re.search(r"Swift version (\S+)", output(["swift", "--version"]))
    return {"swift": swift.group(1) if swift else "unknown",
            "valgrind": output(["valgrind", "--version"]).strip(), "machine": os.uname().machine}


def read_gates():
    if not GATES.exists():
        return {"tolerance_percent": TOLERANCE_PERCENT, "measured_with": {}, "workloads": {}}
    return json.loads(GATES.read_text())


def table(found, gates):
    """The figures beside their gates."""
    width = max(map(len, found))
    lines = [f"{'workload':<{width}}  {'instructions':>12}  {'gate':>10}  {'sha256_portable':>15}"
             f"  {'gate':>10}"]
    for name, figures in found.items():
        gate = gates.get(name, {})
        cells = [f"{figures[figure]:>{size},.1f}  "
                 + (f"{gate[figure]:>10,.1f}" if figure in gate else f"{'-':>10}")
                 for figure, size in zip(FIGURES, (12, 15))]
        lines.append(f"{name:<{width}}  {'  '.join(cells)}")
    return "\n".join(lines)


def check(found, document, is_all):
    """Tells how the figures stand to their gates; the status to end with."""
    wrong, below = judge(found, document["workloads"], document["tolerance_percent"], found)
    if is_all:
        wrong += [f"{name} has a gate and is no workload: --update removes it"
                  for name in document["workloads"] if name not in found]
    now, then = toolchain(), document["measured_with"]
    if then and now != then:
        print(f"note: the gates are of {then}, this is {now}: counts of two do not compare")
    for line in [f"below: {line}" for line in below] + [f"FAIL: {line}" for line in wrong]:
        print(line)
    if not wrong:
        print(f"{len(found)} workloads within {document['tolerance_percent']} % of their gates"
              f"{f', {len(below)} figures well below' if below else ''}")
    return 1 if wrong else 0


def update(found, document, is_all):
    """Writes the gates anew; with --only, those workloads alone."""
    kept = {} if is_all else document["workloads"]
    document = {"tolerance_percent": document["tolerance_percent"], "measured_with": toolchain(),
                "workloads": {**kept, **found}}
    GATES.write_text(json.dumps(document, indent=2) + "\n")
    print(f"wrote {GATES.relative_to(ROOT)}")


def record(found, note):
    """Adds a line to the history: one a change that is meant to make something shorter."""
    changed = output(["git", "-C", ROOT, "status", "--porcelain", "--", "Sources", "Benchmarks"])
    line = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "commit": output(["git", "-C", ROOT, "rev-parse", "--short=12", "HEAD"]).strip(),
        "changed_since": bool(changed.strip()), "note": note, **toolchain(),
        **{figure: {name: figures[figure] for name, figures in found.items() if figures[figure]}
           for figure in FIGURES},
    }
    with HISTORY.open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(f"added a line to {HISTORY.relative_to(ROOT)}")


def scaled(gates, factor):
    """Gates that ask for more or less than was measured."""
    return {name: {**gate, **{figure: gate[figure] * factor for figure in FIGURES}}
            for name, gate in gates.items()}


def self_test(folder, workloads):
    """Measures twice, then holds the figures to gates that they must and must not pass."""
    first, second = measure(folder, workloads), measure(folder, workloads)
    faults = []
    for name in workloads:
        for figure in FIGURES:
            one, two = first[name][figure], second[name][figure]
            if abs(one - two) > one * REPEAT_PERCENT / 100:
                faults.append(f"{name}: {one} {figure} and then {two}")
    gated = sum(1 for name in first for figure in FIGURES if first[name][figure])
    other = {name: {**gate, "result": "0"} for name, gate in first.items()}
    for what, gates, expected in (
            ("gates that are met", first, (0, 0)),
            ("gates lowered by a tenth", scaled(first, 0.9), (gated, 0)),
            ("gates raised by a tenth", scaled(first, 1.1), (0, gated)),
            ("gates of other work", other, (len(first), 0)),
            ("no gates", {}, (len(first), 0))):
        told = tuple(map(len, judge(first, gates, TOLERANCE_PERCENT, first)))
        print(f"{what}: {told[0]} failures, {told[1]} well below")
        if told != expected:
            faults.append(f"{what}: {expected[0]} failures and {expected[1]} below expected")
    largest = max(abs(first[name][figure] - second[name][figure]) / first[name][figure]
                  for name in first for figure in FIGURES if first[name][figure])
    print(f"two measurements of {len(first)} workloads differ by {largest * 100:.3f} % at most")
    for fault in faults:
        print(f"FAIL: {fault}")
    return 1 if faults else 0


def options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="WORKLOAD", default=[])
    parser.add_argument("--update", action="store_true", help="write perf/gates.json anew")
    parser.add_argument("--record", metavar="NOTE", help="add a line to perf/history.ndjson")
    parser.add_argument("--self-test", action="store_true", help="show that a gate can fail")
    parser.add_argument("--no-build", metavar="PROGRAM", type=pathlib.Path,
                        help="a gate-bench that was built before")
    parser.add_argument("--json", action="store_true", help="print the figures alone")
    return parser.parse_args()


def main():
    wanted = options()
    missing = [tool for tool in ("valgrind", "strip", "swift") if not shutil.which(tool)]
    if missing:
        sys.exit(f"missing: {' '.join(missing)} (apt-get install valgrind binutils)")
    binary = wanted.no_build or build()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        workloads = prepare(binary, folder)
        unknown = [name for name in wanted.only if name not in workloads]
        if unknown:
            sys.exit(f"no workload {' '.join(unknown)}; there are: {' '.join(workloads)}")
        if wanted.only:
            workloads = {name: workloads[name] for name in wanted.only}
        if wanted.self_test:
            sys.exit(self_test(folder, workloads))
        found = measure(folder, workloads)
    document = read_gates()
    print(json.dumps(found) if wanted.json else table(found, document["workloads"]))
    if wanted.record:
        record(found, wanted.record)
    if wanted.update:
        update(found, document, not wanted.only)
    elif not wanted.json:
        sys.exit(check(found, document, not wanted.only))


if __name__ == "__main__":
    main()
