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
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOADS = [
    ("1 connection x 1 in flight", ["1", "1", None]),
    ("8 x 32 in flight", ["8", "32", None]),
    ("8 x 128 in flight", ["8", "128", None]),
    ("open loop, 10,000 bids/s over 8", ["8", None, "10000"]),
    ("open loop, 100,000 bids/s over 8", ["8", None, "100000"]),
]
FIGURES = ["achieved", "p50_us", "p99_us", "p999_us", "max_us"]


def run_json(command):
    """The last line of a command's output, which is one JSON object."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"report: {' '.join(map(str, command))} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])


class Server:
    """A Rostrum server on a free port with a data folder of its own."""

    def __init__(self, binary, folder, core):
        command = [binary, "serve", "--data", folder, "--port", "0", "--insecure", "--json"]
        self.process = subprocess.Popen(
            command + (["--cores", core] if core else []), stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=30)


def load_engine(binary, server, load, seconds, core):
    connections, window, rate = load
    command = ["taskset", "-c", core] if core else []
    command += [binary, "load", "--connect", f"127.0.0.1:{server.port}", "--auctions", "10000",
                "--connections", connections, "--seconds", str(seconds), "--json"]
    command += ["--window", window] if window else ["--rate", rate]
    before = server.cpu_seconds()
    result = run_json(command)
    result["server_cpu_per_million"] = (
        (server.cpu_seconds() - before) * 1e6 / max(1, result["sent"] + result["rejected"]))
    return result


def load_floor(floor, folder, load, seconds):
    connections, window, rate = load
    command = [floor, "run", "--data", folder, "-c", connections, "-s", str(seconds), "--json"]
    return run_json(command + (["-w", window] if window else ["-r", rate]))


def measure(options, folder):
    floor, binary = ROOT / "perf/floor/floor", options.binary
    machine = run_json([floor, "measure", "--data", folder, "--json"])
    rounds = {name: {"floor": [], "rostrum": []} for name, _ in LOADS}
    for _ in range(options.rounds):
        for name, load in LOADS:
            rounds[name]["floor"].append(load_floor(floor, folder, load, options.seconds))
            data = os.path.join(folder, "data")
            server = Server(binary, data, options.server_core)
            try:
                rounds[name]["rostrum"].append(
                    load_engine(binary, server, load, options.seconds, options.load_core))
            finally:
                server.stop()
                shutil.rmtree(data, ignore_errors=True)
    return machine, rounds


def medians(results):
    return {key: statistics.median(result[key] for result in results) for key in FIGURES}


def summarise(machine, rounds):
    table = []
    for name, sides in rounds.items():
        row = {"load": name}
        for side, results in sides.items():
            row[side] = medians(results)
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
    parser.add_argument("--data", default="/var/tmp", help="a folder on the disk to measure")
    parser.add_argument("--binary", default=str(ROOT / ".build/release/rostrum"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--server-core", default="0", help="'' = any")
    parser.add_argument("--load-core", default="1", help="'' = any")
    parser.add_argument("--json", action="store_true")
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
