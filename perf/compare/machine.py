"""What the figures were made on: processors, disk, and whether a flush reaches it."""
import os
import pathlib
import subprocess
import time

# Where a flush is no flush.
MEMORY_FILE_SYSTEMS = {"tmpfs", "ramfs", "devtmpfs", "hugetlbfs"}


def file_system(folder):
    """Type and device of the file system that holds a folder."""
    words = subprocess.run(
        ["findmnt", "-n", "-o", "FSTYPE,SOURCE", "-T", str(folder)],
        capture_output=True, text=True, check=True).stdout.split()
    return words[0], words[1]


def write_cache(device):
    """What the kernel knows of the device's cache: 'write back' needs flushes to be durable."""
    name = os.path.basename(os.path.realpath(device))
    for folder in (pathlib.Path("/sys/class/block") / name,
                   pathlib.Path("/sys/class/block") / name / ".."):
        path = folder / "queue" / "write_cache"
        if path.exists():
            return path.read_text().strip()
    return "unknown"


def flush_us(folder, count=200):
    """Median of one write of 4 KiB and its fdatasync, in microseconds."""
    path = pathlib.Path(folder) / "flush"
    block = b"\1" * 4096
    times = []
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.pwrite(descriptor, block * 64, 0)
        os.fsync(descriptor)
        for index in range(count):
            start = time.perf_counter()
            os.pwrite(descriptor, block, index % 64 * 4096)
            os.fdatasync(descriptor)
            times.append(time.perf_counter() - start)
    finally:
        os.close(descriptor)
        path.unlink()
    return sorted(times)[count // 2] * 1e6


def describe(folder):
    """The facts, for the head of a report."""
    kind, device = file_system(folder)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "kernel": os.uname().release,
        "file_system": kind,
        "device": device,
        "write_cache": write_cache(device),
        "flush_p50_us": round(flush_us(folder), 1),
        "load_average": round(os.getloadavg()[0], 2),
    }


def usage(process):
    """CPU seconds and bytes written of one process so far."""
    folder = pathlib.Path("/proc") / str(process)
    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    lines = dict(line.split(": ") for line in (folder / "io").read_text().splitlines())
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(lines["write_bytes"])
