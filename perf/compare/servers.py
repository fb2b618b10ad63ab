"""The three servers, each started in a scratch folder as its own experts would set it up."""
import json
import os
import pathlib
import pwd
import shutil
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
POSTGRESQL_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
HISTORY_MARK = "-- history"

# What differs from initdb's own choice, and why.
POSTGRESQL_SETTINGS = {
    "listen_addresses": "''",  # a Unix socket: less work a message than TCP
    "max_connections": "200",
    "shared_buffers": "2GB",  # everything in memory, with room
    "huge_pages": "try",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",  # this disk promises no atomic page
    "wal_sync_method": "fdatasync",
    "wal_level": "minimal",  # no replica is fed
    "max_wal_senders": "0",
    "wal_buffers": "64MB",
    "wal_compression": "off",  # the processor is the bottleneck, not the disk's bandwidth
    "min_wal_size": "2GB",  # segments are used again, not made
    "max_wal_size": "16GB",  # no checkpoint in a run
    "checkpoint_timeout": "30min",
    "checkpoint_completion_target": "0.9",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "max_parallel_workers_per_gather": "0",
    "update_process_title": "off",
    "logging_collector": "off",
}
# So much is written and checkpointed beforehand: the segments of a run exist and hold bytes.
POSTGRESQL_FILL_MB = 1024

REDIS_SETTINGS = {
    "appendonly": "yes",
    "appendfsync": "always",  # a reply leaves after the fdatasync of its event loop's turn
    "auto-aof-rewrite-percentage": "0",  # no rewrite in a run
    "save": "''",  # the append-only file alone
    "maxmemory": "0",
    "tcp-keepalive": "0",
    "timeout": "0",
    "hz": "10",
}


class ServerError(Exception):
    """A server that did not do what it must."""


def text_of(name, keeps_history):
    """A function's text; without a history the marked lines go."""
    lines = (HERE / name).read_text().splitlines(keepends=True)
    return "".join(
        line for line in lines if keeps_history or not line.rstrip().endswith(HISTORY_MARK))


def run(command, **options):
    """Runs a command to its end and gives its output."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise ServerError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def wait_for(what, is_ready, process, seconds=30):
    """Asks again and again until a server is ready."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ServerError(f"{what} ended with status {process.returncode} when it started")
        if is_ready():
            return
        time.sleep(0.02)
    raise ServerError(f"{what} did not start")


def stop(process, seconds=60):
    """Ends a server in good order; by force when it does not."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(command, **options):
    """Whether a command succeeds."""
    return subprocess.run(
        list(map(str, command)), capture_output=True, check=False, **options).returncode == 0


class Postgresql:
    """A cluster of its own that is made once and started and stopped around each run."""

    kind = "postgresql"

    def __init__(self, folder, keeps_history):
        self.folder = folder / "postgresql"
        self.folder.mkdir()
        self.data = self.folder / "data"
        self.process = None
        self.log = open(self.folder / "log", "w", encoding="utf-8")
        self.schema = text_of("place_bid.sql", keeps_history)
        # It refuses to run as root.
        self.identity = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self.identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.made = False

    def make(self):
        run([POSTGRESQL_BIN / "initdb", "-D", self.data, "-U", "bidder", "-A", "trust",
             "--encoding=UTF8", "--locale=C", "--wal-segsize=64", "--no-sync"],
            cwd=self.folder, **self.identity)
        lines = [f"{name} = {value}\n" for name, value in POSTGRESQL_SETTINGS.items()]
        lines.append(f"unix_socket_directories = '{self.folder}'\n")
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.writelines(lines)
        self.made = True

    def where(self, commit_delay=0):
        """The connection string of the load."""
        return (f"host={self.folder} port=5432 dbname=postgres user=bidder "
                f"options='-c commit_delay={commit_delay}'")

    def sql(self, text):
        return run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.where()],
                   input=text, cwd=self.folder)

    def start(self):
        is_new = not self.made
        if is_new:
            self.make()
        self.process = subprocess.Popen(
            [POSTGRESQL_BIN / "postgres", "-D", self.data], stdout=self.log, stderr=self.log,
            cwd=self.folder, **self.identity)
        ready = [POSTGRESQL_BIN / "pg_isready", "-q", "-h", self.folder, "-p", "5432"]
        wait_for("PostgreSQL", lambda: answers(ready), self.process)
        if is_new:
            self.sql(self.schema)
            self.sql("SELECT count(pg_logical_emit_message(false, 'fill', repeat('x', 1048576)))"
                     f" FROM generate_series(1, {POSTGRESQL_FILL_MB}); CHECKPOINT;")
        return self.process.pid

    def stop(self):
        # SIGINT: a fast shutdown, with a checkpoint.
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)
            self.process.wait(timeout=120)
        self.process = None

    def version(self):
        return run([POSTGRESQL_BIN / "postgres", "--version"]).split(") ")[-1].split()[0]

    def settings(self):
        """What the server says that it runs with, of what was set."""
        names = ",".join(f"'{name}'" for name in POSTGRESQL_SETTINGS)
        rows = self.sql(f"SELECT name || '=' || current_setting(name) FROM pg_settings"
                        f" WHERE name IN ({names}) ORDER BY name")
        return dict(line.split("=", 1) for line in rows.splitlines())


class Redis:
    """A server with an empty folder for each run."""

    kind = "redis"

    def __init__(self, folder, keeps_history, core):
        self.folder = folder / "redis"
        self.socket = self.folder / "socket"
        self.core = core
        self.process = None
        self.log = open(folder / "redis.log", "w", encoding="utf-8")
        self.functions = text_of("place_bid.lua", keeps_history)
        # Debian's redis-tools brings the server too, under the name of one of its other faces:
        # the package redis-server adds the name and a service that nobody wants here.
        self.binary = shutil.which("redis-server")
        if self.binary is None:
            self.binary = folder / "redis-server"
            self.binary.symlink_to(shutil.which("redis-check-rdb"))

    def where(self):
        return str(self.socket)

    def ask(self, *words, **options):
        return run(["redis-cli", "-e", "-s", self.socket, *words], **options)

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        lines = [f"{name} {value}\n" for name, value in REDIS_SETTINGS.items()]
        lines += [f"port 0\nunixsocket {self.socket}\ndir {self.folder}\n"]
        (self.folder / "conf").write_text("".join(lines))
        command = ["taskset", "-c", self.core] if self.core else []
        self.process = subprocess.Popen(
            [*command, self.binary, self.folder / "conf"], stdout=self.log, stderr=self.log)
        ping = ["redis-cli", "-e", "-s", self.socket, "PING"]
        wait_for("Redis", lambda: answers(ping), self.process)
        self.ask("-x", "FUNCTION", "LOAD", "REPLACE", input=self.functions)
        return self.process.pid

    def stop(self):
        stop(self.process)
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def version(self):
        return run([self.binary, "--version"]).split("v=")[1].split()[0]

    def settings(self):
        found = {}
        for name in REDIS_SETTINGS:
            lines = self.ask("CONFIG", "GET", name).splitlines()
            found[name] = lines[1] if len(lines) > 1 else ""
        return found


class Rostrum:
    """A server with an empty data folder for each run, with its own defaults.

    Its tables' memory is taken before the run, as the others' is.
    """

    kind = "rostrum"

    def __init__(self, folder, binary, core):
        self.folder = folder / "rostrum"
        self.binary = binary
        self.options = ["--insecure", "--prefault"] + (["--cores", core] if core else [])
        self.process = None
        self.port = 0
        self.closing = {}
        self.log = open(folder / "rostrum.log", "w", encoding="utf-8")

    def where(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.process = subprocess.Popen(
            [self.binary, "serve", "--data", self.folder, "--port", "0", "--json", *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise ServerError("Rostrum did not start")
        self.port = json.loads(line)["port"]
        return self.process.pid

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            out, _ = self.process.communicate(timeout=120)
            self.closing = json.loads(out.strip().splitlines()[-1])
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def version(self):
        return run([self.binary, "--version"]).strip()

    def settings(self):
        return {"options": " ".join(self.options) + ", else its defaults"}
