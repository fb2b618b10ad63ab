#!/usr/bin/env python3
"""Wire-to-wire, durable, open-loop latency of Rostrum beside the machine's own limit.

One run: R (a loopback round trip) and F (a write and flush) of this machine; then at each rate
the floor (perf/floor) and the engine in turn, each round; then the profiles: segments that change
and snapshots that are taken within the window, bursts as when auctions end, one hot auction, ten
thousand connections (10,100 open files are needed: 'ulimit -n'). Latency counts from the time at
which a bid was to leave to its durable answer. Writes latency.json, a table and SVG pictures to --out. Build first:

    swift build -c release --product rostrum && make -C perf/floor
    perf/latency.py --data /var/tmp --out ./latency
"""
import argparse
import csv
import json
import os
import pathlib
import shutil
import statistics
import tempfile

import bench
import plot

RATES = [1_000, 10_000, 50_000, 100_000, 200_000, 400_000, 800_000]
# Small segments and snapshots by size, so that each of them happens several times in a window.
KEEPING = ["--segment-mib", "17", "--snapshot-log-mib", "40"]
PROFILES = [
    ("segments and snapshots, 10,000 bids/s", ["--rate", "10000"], KEEPING),
    ("segments and snapshots, 100,000 bids/s", ["--rate", "100000"], KEEPING),
    ("a burst of 10 x 10,000 bids/s each tenth second", ["--rate", "10000", "--burst", "10"], []),
    ("one hot auction, 10,000 bids/s", ["--rate", "10000", "--hot-auction"], []),
    ("10,000 connections, 10,000 bids/s",
     ["--rate", "10000", "--connections", "10000", "--warmup", "5"],
     ["--connections-max", "10010"]),
]


def engine(options, folder, arguments, seconds, keeping=()):
    """One load on a new server; its figures with what the server counted."""
    data = os.path.join(folder, "data")
    server = bench.Server(options.binary, data, options.server_core, keeping)
    try:
        result = bench.load_engine(
            options.binary, server, ["--auctions", "10000", *arguments], seconds,
            options.load_core)
        result["server"] = server.stop()
    finally:
        server.process.kill()
        shutil.rmtree(data, ignore_errors=True)
    return result


def segment_changes(result, mib):
    return result["server"]["logged_bytes"] // (mib << 20)


def at_rates(options, folder):
    """Each rate, each round: the floor and the engine in turn."""
    found = {rate: {"floor": [], "rostrum": []} for rate in options.rates}
    for round_number in range(options.rounds):
        for rate in options.rates:
            print(f"round {round_number + 1}: {rate:,} bids/s", flush=True)
            found[rate]["floor"].append(
                bench.load_floor(folder, ["-c", "8", "-r", rate], options.seconds, options))
            found[rate]["rostrum"].append(engine(
                options, folder, ["--rate", str(rate), "--connections", "8"], options.seconds))
    return found


def profiles(options, folder):
    """The profiles, with their latencies over time."""
    found = []
    for index, (name, arguments, keeping) in enumerate(PROFILES):
        print(name, flush=True)
        series = options.out / f"series-{index + 1}.csv"
        result = engine(
            options, folder, [*arguments, "--series", str(series)], options.profile_seconds,
            keeping)
        found.append({
            "name": name, "series": series.name, "result": result,
            "segment_changes": segment_changes(result, 17 if keeping is KEEPING else 64)})
    return found


def summarise(machine, rates, profile_results):
    table = []
    for rate, sides in rates.items():
        row = {"rate": rate, **{side: bench.medians(results) for side, results in sides.items()}}
        for key in ("p50_us", "p99_us", "p999_us"):
            row[f"ratio_{key}"] = statistics.median(
                r[key] / f[key] for r, f in zip(sides["rostrum"], sides["floor"]))
        row["differing_auctions"] = sum(r["mismatched_auctions"] for r in sides["rostrum"])
        table.append(row)
    return {"machine": machine, "rates": table, "profiles": profile_results}


def draw_rates(summary, out):
    lines = []
    for side in ("rostrum", "floor"):
        for key, name in (("p50_us", "p50"), ("p99_us", "p99")):
            suffix = " (limit)" if side == "floor" else ""
            lines.append((f"{side} {name}{suffix}",
                          [(row["rate"], row[side][key]) for row in summary["rates"]]))
    (out / "rates.svg").write_text(plot.chart(
        "Durable, wire to wire, open loop over 8 connections", "bids a second offered",
        "microseconds", lines, log_x=True, log_y=True))


def draw_series(profile, out, number):
    with open(out / profile["series"], newline="") as file:
        rows = [(int(row["ms"]), int(row["mean_us"]), int(row["max_us"]))
                for row in csv.DictReader(file)]
    if not rows:
        return
    lines = [("greatest of a ms", [(ms / 1_000, most) for ms, _, most in rows]),
             ("mean of a ms", [(ms / 1_000, mean) for ms, mean, _ in rows])]
    (out / f"series-{number}.svg").write_text(plot.chart(
        profile["name"], "seconds", "microseconds", lines, log_y=True))


def markdown(summary, options):
    machine = summary["machine"]
    lines = [
        f"R (one round trip, no disk): p50 {machine['r_p50_us']:.0f} us. F (one write + flush, "
        f"polled, other core busy): p50 {machine['f_polled_busy_p50_us']:.0f} us, p99 "
        f"{machine['f_polled_busy_p99_us']:.0f} us. Medians of {options.rounds} rounds of "
        f"{options.seconds:g} s.", "",
        "| bids/s offered | | achieved | p50 us | p99 us | p99.9 us | max us |",
        "|---|---|---|---|---|---|---|"]
    for row in summary["rates"]:
        for side in ("rostrum", "floor"):
            f = row[side]
            lines.append(
                f"| {row['rate']:,} | {side} | {f['achieved']:,.0f} | {f['p50_us']:,.0f} | "
                f"{f['p99_us']:,.0f} | {f['p999_us']:,.0f} | {f['max_us']:,.0f} |")
        lines.append(
            f"| | ratio, pair by pair | | {row['ratio_p50_us']:.2f} | {row['ratio_p99_us']:.2f} | "
            f"{row['ratio_p999_us']:.2f} | |")
    lines += ["", "| profile | achieved | p50 us | p99 us | p99.9 us | max us | segment changes | "
              "snapshots |", "|---|---|---|---|---|---|---|---|"]
    for profile in summary["profiles"]:
        f = profile["result"]
        lines.append(
            f"| {profile['name']} | {f['achieved']:,.0f} | {f['p50_us']:,.0f} | "
            f"{f['p99_us']:,.0f} | {f['p999_us']:,.0f} | {f['max_us']:,.0f} | "
            f"{profile['segment_changes']} | {f['server']['snapshots']} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    bench.add_options(parser)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("latency"))
    parser.add_argument("--rates", type=lambda text: [int(word) for word in text.split(",")],
                        default=RATES, help="bids a second, with commas between")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5, help="of each rate and round")
    parser.add_argument("--profile-seconds", type=float, default=30, help="of each profile")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        machine = bench.run_json([
            bench.FLOOR, "measure", "--data", folder, "--json", *bench.floor_cores(options)])
        summary = summarise(machine, at_rates(options, folder), profiles(options, folder))
    (options.out / "latency.json").write_text(json.dumps(summary, indent=1) + "\n")
    (options.out / "latency.md").write_text(markdown(summary, options))
    if summary["rates"]:
        draw_rates(summary, options.out)
    for number, profile in enumerate(summary["profiles"], 1):
        draw_series(profile, options.out, number)
    print(json.dumps(summary) if options.json else markdown(summary, options))


if __name__ == "__main__":
    main()
