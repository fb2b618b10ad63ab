"""Loads the servers: which settings to try, the best of them, and rounds that take turns."""
import dataclasses
import json
import pathlib
import statistics

import machine
import servers

BIDLOAD = pathlib.Path(__file__).resolve().parent / "bidload"
AUCTIONS = 10_000
WARMUP_SECONDS = 1
PROFILES = ["uniform", "zipf", "hot"]
ROSTRUM_PROFILES = {"uniform": [], "zipf": ["--zipf", "0.99"], "hot": ["--hot-auction"]}
FIGURES = ["durable", "p50_us", "p99_us", "p999_us", "refused_share",
           "server_cpu_seconds_per_million", "bytes_written_per_bid"]
# Settings this near to the fastest are as fast; of them the one with the lowest p99 is the best.
AS_FAST = 0.97


@dataclasses.dataclass(frozen=True)
class Setting:
    """How a client loads its server."""
    connections: int
    window: int = 1
    batch: int = 1
    commit_delay: int = 0
    wait: str = "sleep"
    keeps_awake: bool = False

    def text(self):
        parts = [f"{self.connections} x {self.window}"]
        if self.commit_delay:
            parts.append(f"commit_delay {self.commit_delay} us")
        if self.wait == "yield":
            parts.append("client polls")
        if self.keeps_awake:
            parts.append("cores kept awake")
        return ", ".join(parts)


@dataclasses.dataclass(frozen=True)
class Contender:
    """A row of the table: a server, the settings to try on it, and what to change of the best."""
    name: str
    kind: str
    settings: tuple
    variations: tuple = ()


WAITS = tuple({"wait": wait, "keeps_awake": awake}
              for wait, awake in (("yield", False), ("sleep", True), ("yield", True)))
CONTENDERS = [
    Contender(
        "PostgreSQL, a bid a transaction", "postgresql",
        tuple([Setting(n) for n in (1, 2, 4, 8, 16, 32, 64)]
              + [Setting(n, 16) for n in (1, 8, 32)]),
        (WAITS, tuple({"commit_delay": delay} for delay in (10, 50, 200)))),
    Contender(
        "PostgreSQL, many bids a transaction", "postgresql",
        tuple(Setting(n, batch, batch) for n in (2, 4, 8) for batch in (16, 64, 256)),
        (WAITS, tuple({"commit_delay": delay} for delay in (10, 50)))),
    Contender(
        "Redis", "redis",
        tuple(Setting(n, window)
              for n, window in ((1, 256), (1, 1024), (2, 512), (4, 256), (8, 16), (8, 64),
                                (8, 256), (50, 1), (50, 16), (50, 64))),
        (WAITS,)),
    Contender("Rostrum", "rostrum", (Setting(8, 128),)),
]


def count_durable(figures, refused_share):
    """Only bids that were accepted count: a peer writes nothing of a refused one."""
    figures["refused_share"] = refused_share
    figures["durable"] = figures["achieved"] * (1 - refused_share)


class Runner:
    """Runs one load after another, each on a server of its own."""

    def __init__(self, options, parts, say):
        self.options = options
        self.parts = parts
        self.say = say

    def load(self, contender, profile, setting, seconds):
        """Figures of one load on a server that was started for it."""
        server = self.parts[contender.kind]
        process = server.start()
        try:
            if contender.kind == "rostrum":
                figures = self._load_rostrum(server, process, profile, setting, seconds)
            else:
                return self._load_peer(server, process, profile, setting, seconds)
        finally:
            server.stop()
        # Its own count of what it took: the auctions' creation and the warm-up are in it.
        bids = server.closing["commands"] * (1 - figures["refused_share"])
        figures["server_cpu_seconds_per_million"] = figures.pop("cpu") * 1e6 / bids
        figures["bytes_written_per_bid"] = figures.pop("bytes") / bids
        return figures

    def _pinned(self, is_pinned):
        return ["taskset", "-c", self.options.load_core] if is_pinned else []

    def _load_peer(self, server, process, profile, setting, seconds):
        is_redis = server.kind == "redis"
        where = server.where() if is_redis else server.where(setting.commit_delay)
        command = [*self._pinned(is_redis and self.options.load_core), BIDLOAD, server.kind, where,
                   "--profile", profile, "--auctions", AUCTIONS, "--seconds", seconds,
                   "--warmup", WARMUP_SECONDS, "--connections", setting.connections,
                   "--window", setting.window, "--batch", setting.batch,
                   "--seed", self.options.seed, "--server", process, "--json",
                   "--wait", setting.wait, *(["--awake"] if setting.keeps_awake else [])]
        figures = json.loads(servers.run(command))
        count_durable(figures, figures["refused"] / max(1, figures["answered"]))
        share = max(1 - figures["refused_share"], 1e-9)
        for key in ("server_cpu_seconds_per_million", "bytes_written_per_bid"):
            figures[key] /= share
        return figures

    def _load_rostrum(self, server, process, profile, setting, seconds):
        command = [*self._pinned(self.options.load_core), server.binary, "load",
                   "--connect", server.where(), "--auctions", AUCTIONS,
                   "--connections", setting.connections, "--window", setting.window,
                   "--seconds", seconds, "--warmup", WARMUP_SECONDS,
                   "--seed", self.options.seed, "--json", *ROSTRUM_PROFILES[profile]]
        cpu, written = machine.usage(process)
        figures = json.loads(servers.run(command).strip().splitlines()[-1])
        cpu_after, written_after = machine.usage(process)
        if figures["mismatched_auctions"] or figures["errors"]:
            raise servers.ServerError("Rostrum's load found differences")
        count_durable(figures, figures["rejected"] / max(1, figures["sent"]))
        figures["cpu"], figures["bytes"] = cpu_after - cpu, written_after - written
        return figures

    def best_setting(self, contender, profile, tried):
        """Tries all settings briefly, then changes of the best."""
        best = self._best(contender, profile, contender.settings, tried)
        for changes in contender.variations:
            varied = [dataclasses.replace(best, **change) for change in changes]
            best = self._best(contender, profile, [best, *varied], tried)
        return best

    def _best(self, contender, profile, settings, tried):
        if len(settings) == 1:
            return settings[0]
        results = []
        for setting in settings:
            figures = self.load(contender, profile, setting, self.options.sweep_seconds)
            results.append((setting, figures))
            tried.append({"contender": contender.name, "profile": profile,
                          "setting": setting.text(), "durable": figures["durable"],
                          "p99_us": figures["p99_us"]})
            self.say(f"{contender.name}, {profile}, {setting.text()}: "
                     f"{figures['durable']:,.0f} bids/s, p99 {figures['p99_us']:,.0f} us")
        fastest = max(figures["durable"] for _, figures in results)
        near = [each for each in results if each[1]["durable"] >= AS_FAST * fastest]
        return min(near, key=lambda each: each[1]["p99_us"])[0]

    def measure(self, contenders, profiles, rounds):
        """Every row of every profile, by turns, so that all see the same machine."""
        tried, chosen, results = [], {}, {}
        for profile in profiles:
            for contender in contenders:
                key = (profile, contender.name)
                chosen[key] = self.best_setting(contender, profile, tried)
                results[key] = []
        for number in range(1, rounds + 1):
            for profile in profiles:
                for contender in contenders:
                    key = (profile, contender.name)
                    figures = self.load(contender, profile, chosen[key], self.options.seconds)
                    results[key].append(figures)
                    self.say(f"round {number}, {profile}, {contender.name}: "
                             f"{figures['durable']:,.0f} bids/s")
        return tried, chosen, results


def summarise(chosen, results):
    """Medians over the rounds, one row a profile and contender."""
    rows = []
    for (profile, name), rounds in results.items():
        row = {"profile": profile, "contender": name, "setting": chosen[profile, name].text()}
        row.update({key: statistics.median(each[key] for each in rounds) for key in FIGURES})
        row["durable_min"] = min(each["durable"] for each in rounds)
        row["durable_max"] = max(each["durable"] for each in rounds)
        rows.append(row)
    return rows


def ratios(results):
    """Rostrum against each other contender, round by round: medians of the rounds' ratios."""
    lines = []
    for (profile, name), rounds in results.items():
        own = results.get((profile, "Rostrum"))
        if name == "Rostrum" or not own:
            continue
        pairs = list(zip(own, rounds))
        lines.append({
            "profile": profile, "contender": name,
            "throughput": statistics.median(a["durable"] / b["durable"] for a, b in pairs),
            "p99": statistics.median(a["p99_us"] / b["p99_us"] for a, b in pairs)})
    return lines
