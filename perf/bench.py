"""What the measuring commands share: a server of their own, and the loads of both sides."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLOOR = ROOT / "perf/floor/floor"
BINARY = ROOT / ".build/release/rostrum"
FIGURES = ["achieved", "p50_us", "p99_us", "p999_us", "max_us"]


def run_json(command):
    """The last line of a command's output, which is one JSON object."""
    command = list(map(str, command))
    done = subprocess.run(command, capture_output=True, text=True, timeout=1_200)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def settle():
    """Lets the disk finish what earlier runs left: deleted files are still work for it."""
    os.sync()
    time.sleep(1)


class Server:
    """A Rostrum server on a free port with a data folder of its own."""

    def __init__(self, binary, folder, core, options=()):
        settle()
        command = [binary, "serve", "--data", folder, "--port", "0", "--insecure", "--json",
                   "--prefault"]
        command += ["--cores", core] if core else []
        self.process = subprocess.Popen(
            list(map(str, command)) + list(options), stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Stops it in order; what it counted."""
        self.process.terminate()
        output, _ = self.process.communicate(timeout=60)
        return json.loads(output.strip().splitlines()[-1])


def load_engine(binary, server, arguments, seconds, core):
    """One load on a server, checked against the load's own model."""
    command = ["taskset", "-c", core] if core else []
    command += [binary, "load", "--connect", f"127.0.0.1:{server.port}",
                "--seconds", seconds, "--json", *arguments]
    before = server.cpu_seconds()
    result = run_json(command)
    result["server_cpu_per_million"] = (
        (server.cpu_seconds() - before) * 1e6 / max(1, result["sent"] + result["rejected"]))
    return result


def floor_cores(options):
    """The floor on the same cores."""
    cores = ["--server-core", options.server_core] if options.server_core else []
    return cores + (["--load-core", options.load_core] if options.load_core else [])


def load_floor(folder, arguments, seconds, options):
    """The same load on the floor."""
    settle()
    return run_json([FLOOR, "run", "--data", folder, "-s", seconds, "--json", *arguments,
                     *floor_cores(options)])


def medians(results):
    """The median of each figure over the rounds."""
    return {key: statistics.median(result[key] for result in results) for key in FIGURES}


def add_options(parser):
    """The options that all measuring commands have."""
    parser.add_argument("--data", default="/var/tmp", help="a folder on the disk to measure")
    parser.add_argument("--binary", default=str(BINARY))
    parser.add_argument("--server-core", default="0", help="'' = any")
    parser.add_argument("--load-core", default="1", help="'' = any")
    parser.add_argument("--json", action="store_true")
