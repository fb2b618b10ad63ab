#!/usr/bin/env python3
"""Measures Rostrum beside the machine's own limit and prints a table (Markdown, or --json).

One run: the floor (perf/floor) gives R, one loopback round trip, and F, one write and flush; then
the floor and the engine take the same load in turn, so that both see the same machine. Medians
over the rounds, and each round's ratio. Build first:

    swift build -c release --product rostrum && make -C perf/floor
    perf/report.py --data /var/tmp --rounds 5
"""
import argparse
import json
import os
import shutil
import statistics
import tempfile

import bench

LOADS = [
    ("1 connection x 1 in flight", ["1", "1", None]),
    ("8 x 32 in flight", ["8", "32", None]),
    ("8 x 128 in flight", ["8", "128", None]),
    ("open loop, 10,000 bids/s over 8", ["8", None, "10000"]),
    ("open loop, 100,000 bids/s over 8", ["8", None, "100000"]),
]


def engine_arguments(load):
    connections, window, rate = load
    return ["--auctions", "10000", "--connections", connections,
            *(["--window", window] if window else ["--rate", rate])]


def floor_arguments(load):
    connections, window, rate = load
    return ["-c", connections, *(["-w", window] if window else ["-r", rate])]


def measure(options, folder):
    machine = bench.run_json([
        bench.FLOOR, "measure", "--data", folder, "--json", *bench.floor_cores(options)])
    rounds = {name: {"floor": [], "rostrum": []} for name, _ in LOADS}
    for _ in range(options.rounds):
        for name, load in LOADS:
            rounds[name]["floor"].append(
                bench.load_floor(folder, floor_arguments(load), options.seconds, options))
            data = os.path.join(folder, "data")
            server = bench.Server(options.binary, data, options.server_core)
            try:
                rounds[name]["rostrum"].append(bench.load_engine(
                    options.binary, server, engine_arguments(load), options.seconds,
                    options.load_core))
            finally:
                server.stop()
                shutil.rmtree(data, ignore_errors=True)
    return machine, rounds


def summarise(machine, rounds):
    table = []
    for name, sides in rounds.items():
        row = {"load": name}
        for side, results in sides.items():
            row[side] = bench.medians(results)
        pairs = list(zip(sides["rostrum"], sides["floor"]))
        row["ratio_achieved"] = statistics.median(r["achieved"] / f["achieved"] for r, f in pairs)
        row["ratio_p50"] = statistics.median(r["p50_us"] / f["p50_us"] for r, f in pairs)
        row["ratio_p99"] = statistics.median(r["p99_us"] / f["p99_us"] for r, f in pairs)
        row["mismatched_auctions"] = sum(r["mismatched_auctions"] for r in sides["rostrum"])
        table.append(row)
    return {"machine": machine, "table": table}


def print_markdown(summary, rounds):
    machine = summary["machine"]
    print(f"R (one round trip, no disk): p50 {machine['r_p50_us']:.0f} us. "
          f"F (one write + flush, polled, other core busy): "
          f"p50 {machine['f_polled_busy_p50_us']:.0f} us, "
          f"p99 {machine['f_polled_busy_p99_us']:.0f} us. Medians of {rounds} rounds.\n")
    print("| load | | operations/s | p50 us | p99 us | p99.9 us | max us |")
    print("|---|---|---|---|---|---|---|")
    for row in summary["table"]:
        for side in ("rostrum", "floor"):
            f = row[side]
            print(f"| {row['load']} | {side} | {f['achieved']:,.0f} | {f['p50_us']:,.0f} | "
                  f"{f['p99_us']:,.0f} | {f['p999_us']:,.0f} | {f['max_us']:,.0f} |")
        print(f"| | ratio, pair by pair | {row['ratio_achieved']:.2f} | {row['ratio_p50']:.2f} | "
              f"{row['ratio_p99']:.2f} | | |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    bench.add_options(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        machine, rounds = measure(options, folder)
    summary = summarise(machine, rounds)
    if options.json:
        print(json.dumps(summary))
    else:
        print_markdown(summary, options.rounds)


if __name__ == "__main__":
    main()
