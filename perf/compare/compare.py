"""Rostrum beside PostgreSQL 15 and Redis 7 on the same auctions: see README.md beside this file."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import machine
import runs
import servers

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = HERE.parents[1] / ".build/release/rostrum"
BARS = {"PostgreSQL, a bid a transaction": 100, "Redis": 12}


def say(text):
    """A line for a person who waits."""
    print(f"compare: {text}", file=sys.stderr, flush=True)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="perf/compare/compare", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Bids on Rostrum, PostgreSQL 15 and Redis 7: the same auctions, the same rule,"
                    "\ndurable before the reply. Installs what it needs from Debian, leaves nothing"
                    "\nrunning, and prints a table. Without a sweep's time it takes about\n"
                    "rounds x profiles x (seconds + 4) x 4.",
        epilog="Examples:\n"
               "  perf/compare/compare --check           the three follow the same rule\n"
               "  perf/compare/compare > table.md        everything, about twenty minutes\n"
               "  perf/compare/compare --only redis --seconds 2 --rounds 1 --json\n")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=5, help="of a measured run (5)")
    parser.add_argument("--rounds", type=int, default=5, help="medians of so many (5)")
    parser.add_argument("--only", action="append", choices=["postgresql", "redis", "rostrum"],
                        help="load this one alone; may be repeated")
    parser.add_argument("--profile", action="append", choices=runs.PROFILES,
                        help="this one alone; may be repeated")
    parser.add_argument("--check", action="store_true",
                        help="place one sequence of bids on each, compare every answer and stop")
    parser.add_argument("--bids", type=int, default=5000, help="of --check (5000)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same bids (1)")
    parser.add_argument("--data", default="/var/tmp", help="a folder on the disk (/var/tmp)")
    parser.add_argument("--rostrum", metavar="PATH", help="the program; else a release is built")
    parser.add_argument("--sweep-seconds", type=float, default=2,
                        help="of a run that only looks for the best setting (2)")
    parser.add_argument("--no-history", action="store_true",
                        help="PostgreSQL and Redis keep no history of bids; Rostrum always does")
    parser.add_argument("--server-core", default="0", metavar="N",
                        help="of Redis and Rostrum; '' = any (0)")
    parser.add_argument("--load-core", default="1", metavar="N",
                        help="of their load; '' = any (1)")
    options = parser.parse_args(arguments)
    if options.seconds <= 0 or options.sweep_seconds <= 0 or options.rounds < 1:
        parser.error("seconds and rounds have to be positive")
    if not os.path.isdir(options.data):
        parser.error(f"--data: there is no folder {options.data}")
    if options.rostrum and not os.access(options.rostrum, os.X_OK):
        parser.error(f"--rostrum: {options.rostrum} is no program")
    options.only = options.only or ["postgresql", "redis", "rostrum"]
    options.profile = options.profile or runs.PROFILES
    return options


def make_parts(options, folder):
    """The servers that are wanted, none of them started."""
    parts = {}
    keeps_history = not options.no_history
    if "postgresql" in options.only:
        parts["postgresql"] = servers.Postgresql(folder, keeps_history)
    if "redis" in options.only:
        parts["redis"] = servers.Redis(folder, keeps_history, options.server_core)
    if "rostrum" in options.only:
        binary = pathlib.Path(options.rostrum or RELEASE).resolve()
        parts["rostrum"] = servers.Rostrum(folder, binary, options.server_core)
    return parts


def prepare(options):
    """Installs and builds what the servers that are wanted need."""
    wanted = list(options.only)
    if "rostrum" in wanted and options.rostrum is None:
        wanted.append("release")
    if subprocess.run([HERE / "prepare.sh", *wanted], stdout=sys.stderr, check=False).returncode:
        sys.exit("compare: not everything could be installed or built")


def transcript(server, options):
    """What a server answers to the fixed sequence."""
    server.start()
    try:
        return servers.run([runs.BIDLOAD, server.kind, server.where(), "--check",
                            "--bids", options.bids, "--seed", options.seed])
    finally:
        server.stop()


def check(parts, options):
    """Whether all servers answer alike, line by line."""
    texts = {}
    for kind, server in parts.items():
        texts[kind] = transcript(server, options).splitlines()
        say(f"{kind}: {len(texts[kind])} lines")
    kinds = list(texts)
    differences = []
    for other in kinds[1:]:
        pairs = zip(texts[kinds[0]], texts[other])
        differences += [f"{kinds[0]}: {a}\n{other}: {b}" for a, b in pairs if a != b]
        if len(texts[kinds[0]]) != len(texts[other]):
            differences.append(f"{kinds[0]} and {other} give a different number of lines")
    if options.json:
        print(json.dumps({"bids": options.bids, "seed": options.seed, "servers": kinds,
                          "differences": len(differences)}))
    else:
        print("\n".join(differences[:10]) if differences else
              f"{options.bids} bids, the same answers and the same auctions at the end: "
              + ", ".join(kinds))
    return 1 if differences else 0


def facts(parts, folder):
    """Machine, versions and settings."""
    found = {"machine": machine.describe(folder), "peers": {}}
    for kind, server in parts.items():
        server.start()
        try:
            found["peers"][kind] = {"version": server.version(), "settings": server.settings()}
        finally:
            server.stop()
    return found


def print_markdown(report):
    disk = report["machine"]
    print(f"{disk['cores']} cores, kernel {disk['kernel']}, {disk['file_system']} on "
          f"{disk['device']} (write cache: {disk['write_cache']}), one write of 4 KiB and its "
          f"fdatasync: {disk['flush_p50_us']:.0f} us. Load average at the start "
          f"{disk['load_average']}, at the end {report['load_average_end']}. "
          f"Medians of {report['rounds']} rounds of {report['seconds']:g} s, "
          f"{runs.AUCTIONS:,} auctions, "
          + ("no history.\n" if report["no_history"] else "a history of all bids.\n"))
    for kind, peer in report["peers"].items():
        settings = ", ".join(f"{name} {value}" for name, value in peer["settings"].items())
        print(f"- {kind} {peer['version']}: {settings}")
    print("\n| profile | | connections x in flight | durable bids/s (least, most) | p50 us | p99 us | "
          "p99.9 us | refused | CPU s/million | bytes/bid |\n|---|---|---|---|---|---|---|---|---|---|")
    for row in report["table"]:
        print(f"| {row['profile']} | {row['contender']} | {row['setting']} | "
              f"{row['durable']:,.0f} ({row['durable_min']:,.0f}, {row['durable_max']:,.0f}) | "
              f"{row['p50_us']:,.0f} | {row['p99_us']:,.0f} | {row['p999_us']:,.0f} | "
              f"{row['refused_share']:.1%} | {row['server_cpu_seconds_per_million']:,.2f} | "
              f"{row['bytes_written_per_bid']:,.0f} |")
    if report["ratios"]:
        print()
    for line in report["ratios"]:
        bar = BARS.get(line["contender"])
        print(f"- Rostrum / {line['contender']}, {line['profile']}: {line['throughput']:.1f} x"
              + (f" (the bar is {bar} x)" if bar else "")
              + f", p99 {line['p99']:.2f} x")


def compare(parts, options, folder):
    contenders = [each for each in runs.CONTENDERS if each.kind in parts]
    report = facts(parts, folder)
    if report["machine"]["load_average"] > 0.5:
        say(f"the machine is busy (load average {report['machine']['load_average']}): "
            "the figures say little")
    runner = runs.Runner(options, parts, say)
    tried, chosen, results = runner.measure(contenders, options.profile, options.rounds)
    report.update({
        "seconds": options.seconds, "rounds": options.rounds, "auctions": runs.AUCTIONS,
        "seed": options.seed, "no_history": options.no_history, "tried": tried,
        "table": runs.summarise(chosen, results), "ratios": runs.ratios(results),
        "load_average_end": round(os.getloadavg()[0], 2)})
    if options.json:
        print(json.dumps(report))
    else:
        print_markdown(report)
    return 0


def main(arguments):
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    kind, device = machine.file_system(options.data)
    if kind in machine.MEMORY_FILE_SYSTEMS:
        sys.exit(f"compare: {options.data} is on {kind}, where nothing is durable: see --data")
    say(f"scratch folder on {kind}, {device}")
    prepare(options)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rostrum-compare.", dir=options.data))
    folder.chmod(0o711)  # PostgreSQL runs as an account of its own below it
    parts = {}
    try:
        parts = make_parts(options, folder)
        return check(parts, options) if options.check else compare(parts, options, folder)
    except servers.ServerError as error:
        sys.exit(f"compare: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        for server in parts.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
