#!/usr/bin/env python3
"""A flame graph of the shard's thread under load, as one SVG.

Starts a release server on a free port and a closed loop on it, samples the thread that owns the
shard with Linux perf (a clock, so it works in virtual machines without counters too), and draws
where its time goes: width is time, what stands above was called by what stands below. A click
widens a box, one at the bottom goes back. Needs root or kernel.perf_event_paranoid <= 1.

    swift build -c release --product rostrum
    perf/flame.py --data /var/tmp --out flame.svg
    perf/flame.py --data /var/tmp --without waitForWork
    perf/flame.py --data /var/tmp --out slow.svg -- --rate 10000 --connections 8
"""
import argparse
import collections
import html
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import bench

LOAD = ["--connections", "8", "--window", "128"]
WIDTH, ROW, TOP = 1400, 17, 44
COLOURS = {"kernel": "#e8a33d", "rostrum": "#8db7e8", "library": "#9fcf9a"}
# Widens the box that is clicked on: all others keep their row and get new places.
SCRIPT = """
const boxes=[...document.querySelectorAll('g.b')],W=%d;
function show(g){const x0=+g.dataset.x,w0=+g.dataset.w,y0=+g.dataset.d;
for(const b of boxes){const x=+b.dataset.x,w=+b.dataset.w,below=+b.dataset.d<y0&&x<=x0&&x+w>=x0+w0;
const l=below?0:(x-x0)/w0*W,r=below?W:(x+w-x0)/w0*W,seen=r>0.5&&l<W-0.5&&r-l>0.3;
b.style.display=seen?'':'none';if(!seen)continue;
const[rect,text]=[b.querySelector('rect'),b.querySelector('text')];
rect.setAttribute('x',l);rect.setAttribute('width',Math.max(0.5,r-l-0.5));text.setAttribute('x',l+3);
const n=Math.floor((r-l-6)/6.6),s=b.dataset.n;
text.textContent=n<3?'':s.length>n?s.slice(0,n-1)+'\\u2026':s;}}
for(const b of boxes)b.addEventListener('click',()=>show(b));
"""


class Frame:
    """A function as called by those below it."""

    def __init__(self, name="", kind="rostrum"):
        self.name, self.kind = name, kind
        self.count = 0
        self.called = {}

    def add(self, stack):
        """Counts a stack, the outermost function first."""
        frame = self
        frame.count += 1
        for name, kind in stack:
            frame = frame.called.setdefault(name, Frame(name, kind))
            frame.count += 1

    def depth(self):
        return 1 + max((frame.depth() for frame in self.called.values()), default=0)


def shard_thread(process):
    """The thread that owns the first shard."""
    for task in sorted(pathlib.Path(f"/proc/{process}/task").iterdir(), key=lambda t: int(t.name)):
        if "shard" in (task / "comm").read_text():
            return task.name
    sys.exit("the server has no thread of a shard")


def sample(options, folder):
    """Samples the shard's thread in the middle of a load; where perf put them, and the load."""
    server = bench.Server(options.binary, os.path.join(folder, "data"), options.server_core)
    profile = os.path.join(folder, "profile")
    load = ["taskset", "-c", options.load_core] if options.load_core else []
    load += [options.binary, "load", "--connect", f"127.0.0.1:{server.port}",
             "--auctions", "10000", "--seconds", str(options.seconds + 3),
             "--json", *options.load]
    try:
        running = subprocess.Popen(
            load, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(3)
        stacks = "fp" if options.stacks == "fp" else "dwarf,8192"
        done = subprocess.run(
            ["perf", "record", "-q", "-e", "cpu-clock", "-F", str(options.frequency),
             "--call-graph", stacks, "-t", shard_thread(server.process.pid), "-o", profile, "--",
             "sleep", str(options.seconds)], capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            sys.exit(f"perf record failed: {done.stderr.strip()}")
        output, complaint = running.communicate(timeout=120)
        if running.returncode != 0:
            sys.exit(f"the load failed: {complaint.strip()}")
        server.stop()
    finally:
        server.process.kill()
    return profile, json.loads(output.strip().splitlines()[-1])


def kind_of(place):
    if "kernel" in place or place.endswith(".ko)") or "vdso" in place:
        return "kernel"
    return "rostrum" if place.endswith("/rostrum)") else "library"


def stacks_of(profile):
    """Every sample's functions with their kinds, the outermost first."""
    script = subprocess.run(
        ["perf", "script", "-i", profile, "--no-inline", "-F", "ip,sym,dso"],
        capture_output=True, text=True, timeout=1_200, errors="replace")
    stack, found = [], []
    for line in script.stdout.splitlines() + [""]:
        parts = line.split(None, 1)
        if not parts:
            if stack:
                found.append(stack[::-1])
            stack = []
            continue
        name, _, place = parts[1].rpartition(" (") if len(parts) > 1 else ("", "", "")
        stack.append((name.split("+0x")[0] or "[unknown]", kind_of(place)))
    return found


def demangled(names):
    """Swift's names as its programmers know them, in one call of the demangler."""
    names = sorted(names)
    done = subprocess.run(["swift", "demangle", "--compact", "--simplified"],
                          input="\n".join(names), capture_output=True, text=True, timeout=120)
    lines = [line.removeprefix("specialized ") for line in done.stdout.splitlines()]
    return dict(zip(names, lines)) if len(lines) == len(names) else {name: name for name in names}


def boxes(frame, x, width, depth, total, bottom):
    """A frame's box and those of what it called, the widest first."""
    y = bottom - depth * ROW
    share = f"{frame.count / total * 100:.2f} %, {frame.count} samples"
    name, room = html.escape(frame.name), int((width - 6) / 6.6)
    short = frame.name if len(frame.name) <= room else frame.name[:max(0, room - 1)] + "…"
    yield (f'<g class="b" data-x="{x:.2f}" data-w="{width:.2f}" data-d="{depth}" data-n="{name}">'
           f'<title>{name} ({share})</title><rect x="{x:.2f}" y="{y}" height="{ROW - 1}"'
           f' width="{max(0.5, width - 0.5):.2f}" rx="1" fill="{COLOURS[frame.kind]}"/>'
           f'<text x="{x + 3:.2f}" y="{y + 12}">{html.escape(short) if room > 2 else ""}</text></g>')
    for called in sorted(frame.called.values(), key=lambda called: -called.count):
        part = width * called.count / frame.count
        if part >= 0.3:
            yield from boxes(called, x, part, depth + 1, total, bottom)
        x += part


def picture(root, title):
    height = TOP + root.depth() * ROW + 10
    legend = "".join(
        f'<rect x="{WIDTH - 330 + 110 * index}" y="12" width="12" height="12" fill="{colour}"/>'
        f'<text x="{WIDTH - 313 + 110 * index}" y="22">{kind}</text>'
        for index, (kind, colour) in enumerate(COLOURS.items()))
    parts = "\n".join(boxes(root, 0, WIDTH, 0, root.count, height - 10 - ROW))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}" font-family="monospace" font-size="11">\n'
            f'<rect width="100%" height="100%" fill="#ffffff"/>\n'
            f'<text x="6" y="22" font-size="14">{html.escape(title)}</text>{legend}\n{parts}\n'
            f'<script><![CDATA[{SCRIPT % WIDTH}]]></script>\n</svg>\n')


def told(root, most=15):
    """The functions with the most time of their own, as text."""
    own = collections.Counter()
    frames = [root]
    while frames:
        frame = frames.pop()
        frames += frame.called.values()
        own[frame.name] += frame.count - sum(called.count for called in frame.called.values())
    for name, count in own.most_common(most):
        print(f"{count / root.count * 100:6.2f} %  {name}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    bench.add_options(parser)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("flame.svg"))
    parser.add_argument("--seconds", type=int, default=5, help="how long to sample")
    parser.add_argument("--frequency", type=int, default=2_999, help="samples a second")
    parser.add_argument("--stacks", choices=["fp", "dwarf"], default="dwarf",
                        help="how to walk the stack: by debug information, or by frame pointers")
    parser.add_argument("--without", metavar="FUNCTION", default=None,
                        help="leave out samples below a function whose name has this in it")
    parser.add_argument("load", nargs="*", default=LOAD, help="options of the load, behind --")
    options = parser.parse_args()
    if not shutil.which("perf"):
        sys.exit("missing: perf (apt-get install linux-perf)")
    with tempfile.TemporaryDirectory(dir=options.data) as folder:
        profile, load = sample(options, folder)
        stacks = stacks_of(profile)
    if not stacks:
        sys.exit("no samples: is the load running, and may this user sample?")
    names = demangled({name for stack in stacks for name, _ in stack})
    root = Frame("the shard's thread")
    for stack in stacks:
        if options.without and any(options.without in names[name] for name, _ in stack):
            continue
        root.add([(names[name], kind) for name, kind in stack])
    title = (f"load {' '.join(options.load)}: {load['achieved']:,.0f} bids/s; "
             f"{root.count:,} of {len(stacks):,} samples of the shard's thread")
    options.out.write_text(picture(root, title))
    told(root)
    print(f"wrote {options.out}")


if __name__ == "__main__":
    main()
