#!/usr/bin/env bash
# Runs code under the compilers' sanitizers, see docs/testing.md.
set -euo pipefail
exec </dev/null
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

usage() {
  cat <<'TEXT'
usage: scripts/sanitize.sh thread | address [FILTER] | --help

thread     Builds what threads share (ShardStatus, probes, checksums, the floor's flusher) with
           ThreadSanitizer and runs Tests/Threads on it, which must be silent. Then weakens one
           memory order at a time, in a copy, and demands the report. Takes some seconds.
address    Builds everything with AddressSanitizer in .build-address and runs the whole suite, or
           the tests that match FILTER. Takes half an hour.

Neither sees what the kernel does by io_uring: stores into buffers that were handed to a ring are
not instrumented, nor is the order of its two queues, which liburing's own barriers keep.
Status 0: nothing was found, and each weakened order was.
TEXT
}

# A run ends at the first report, and not with status 0.
export TSAN_OPTIONS="halt_on_error=1:exitcode=66"

# Compiles the modules that the scenarios stand on into a folder.
build_modules() {
  local out="$1"
  mkdir -p "$out/CIntrinsics"
  cp Sources/CIntrinsics/include/*.h "$out/CIntrinsics/"
  echo 'module CIntrinsics { header "CIntrinsics.h" export * }' >"$out/CIntrinsics/module.modulemap"
  build_objects "$out" -I "$out/CIntrinsics" -- Sources/CIntrinsics/*.c
  build_module "$out" Primitives
  build_module "$out" Counters
}

swift_flags=(
  -swift-version 6 -Onone -gline-tables-only -sanitize=thread -wmo -parse-as-library -D FAULT_POINTS
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
  -enable-upcoming-feature InternalImportsByDefault -enable-experimental-feature Lifetimes
  -enable-experimental-feature SuppressedAssociatedTypes -enable-experimental-feature RawLayout
)

# Compiles C files into the folder $1 with the flags before `--`.
build_objects() {
  local out="$1" flags=() source
  shift
  while [ "$1" != -- ]; do
    flags+=("$1")
    shift
  done
  shift
  mkdir -p "$out"
  for source; do
    clang -c -g -O1 -fsanitize=thread "${flags[@]}" "$source" \
      -o "$out/$(basename "$source" .c).o"
  done
}

# Links C objects; swiftc knows what the toolchain's ThreadSanitizer needs beside itself.
link_objects() {
  local program="$1"
  shift
  swiftc -sanitize=thread "$@" -o "$program"
}

build_module() {
  find "Sources/$2" -name '*.swift' -print0 |
    xargs -0 swiftc "${swift_flags[@]}" -module-name "$2" -I "$1" -I "$1/CIntrinsics" \
      -emit-module -emit-module-path "$1/$2.swiftmodule" -emit-object -o "$1/$2.o"
}

# Links the scenarios with the status of $2 and the modules of $3 into the program $1.
build_stress() {
  local program="$1" status="$2" modules="$3"
  shift 3
  swiftc "${swift_flags[@]}" "$@" -module-name Stress -I "$modules" -I "$modules/CIntrinsics" \
    "$status" Tests/Threads/*.swift "$modules"/*.o -o "$program"
}

# The program $2 must be silent ($1 says what it is); the rest are its arguments.
demand_silence() {
  local name="$1" status=0
  shift
  "$@" >"$work/output" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    cat "$work/output" >&2
    fail "$name: status $status"
  fi
  say "$name: nothing found"
}

# The program $2 must fail with a report of a race (its status, where it passes that on).
demand_report() {
  local name="$1" status=0
  shift
  "$@" >"$work/output" 2>&1 || status=$?
  if [ "$status" -eq 0 ] || ! grep -qE "ThreadSanitizer: .*race" "$work/output"; then
    cat "$work/output" >&2
    fail "$name: no race was reported (status $status), so this check could not fail"
  fi
  say "$name: reported, as it must be"
}

# Replaces the text $3 by $4 in a copy $2 of the file $1; it must stand there exactly once.
weaken() {
  [ "$(grep -cF -- "$3" "$1")" -eq 1 ] || fail "$1 does not have exactly one line with: $3"
  python3 - "$@" <<'PYTHON'
import sys
source, target, old, new = sys.argv[1:]
with open(source, encoding="utf-8") as file:
    text = file.read()
with open(target, "w", encoding="utf-8") as file:
    file.write(text.replace(old, new))
PYTHON
}

readonly status_file=Sources/Runtime/Shard/ShardStatus.swift

# One memory order of ShardStatus less; the scenario $1 must notice that $2 is relaxed.
weaken_status() {
  local strong="$2" weak
  weak=$(sed -E 's/\.(releasing|acquiring)/.relaxed/' <<<"$strong")
  weaken "$status_file" "$work/ShardStatus.swift" "$strong" "$weak"
  build_stress "$work/weakened" "$work/ShardStatus.swift" "$work/modules"
  demand_report "$weak" "$work/weakened" "$1"
}

check_status() {
  build_modules "$work/modules"
  build_stress "$work/stress" "$status_file" "$work/modules"
  demand_silence "what shards share" "$work/stress"
  weaken_status phase 'phaseWord.store(phase.rawValue, ordering: .releasing)'
  weaken_status phase 'phaseWord.load(ordering: .acquiring)'
  weaken_status stop 'stopWord.store(true, ordering: .releasing)'
  weaken_status stop 'stopWord.load(ordering: .acquiring)'
  weaken_status segments 'activeSegment.store(number, ordering: .releasing)'
  weaken_status segments 'activeSegment.load(ordering: .acquiring)'
  weaken_status archive 'archivedThrough.store(position, ordering: .releasing)'
  weaken_status archive 'archivedThrough.load(ordering: .acquiring)'
  build_stress "$work/weakened" "$status_file" "$work/modules" -D NO_LOCK
  demand_report "notes without their lock" "$work/weakened" texts
}

# Probes and planted bugs, without one of their atomic accesses at a time.
check_probes() {
  local header=Sources/CIntrinsics/include/CIntrinsics.h
  build_probes "$header"
  demand_silence "probes and planted bugs" "$work/probes"
  weaken_probes '__atomic_store_n(&rostrum_probe_counts[probe], count + 1, __ATOMIC_RELAXED)' \
    'rostrum_probe_counts[probe] = count + 1'
  weaken_probes '__atomic_store_n(&rostrum_planted_fault, fault, __ATOMIC_RELAXED)' \
    'rostrum_planted_fault = fault'
}

build_probes() {
  mkdir -p "$work/header"
  [ "$1" -ef "$work/header/CIntrinsics.h" ] || cp "$1" "$work/header/CIntrinsics.h"
  build_objects "$work/probe-own" -I "$work/header" -- Sources/CIntrinsics/probes.c
  build_objects "$work/probe-test" -I "$work/header" -- Tests/Threads/probes.c
  link_objects "$work/probes" "$work"/probe-own/*.o "$work"/probe-test/*.o
}

weaken_probes() {
  weaken Sources/CIntrinsics/include/CIntrinsics.h "$work/header/CIntrinsics.h" "$@"
  build_probes "$work/header/CIntrinsics.h"
  demand_report "$2" "$work/probes"
}

# The floor's two threads and its flusher: the only hand-over of a buffer between threads here.
check_floor() {
  cp -r perf/floor "$work/floor"
  build_floor
  demand_silence "the floor with a flush thread" run_floor
  weaken perf/floor/flusher.c "$work/floor/flusher.c" \
    'atomic_store(&f->done, done + 1)' \
    'atomic_store_explicit(&f->done, done + 1, memory_order_relaxed)'
  build_floor
  demand_report "the flusher's done without release" run_floor
}

build_floor() {
  build_objects "$work/floor-objects" -std=gnu11 -D_GNU_SOURCE -- "$work"/floor/*.c
  link_objects "$work/floor/run-floor" "$work"/floor-objects/*.o -luring
}

run_floor() {
  mkdir -p "$work/data"
  "$work/floor/run-floor" run --data "$work/data" --threads 2 --seconds 0.3 --warmup 0.1 --file-mib 16
}

run_thread() {
  check_status
  check_probes
  check_floor
}

run_address() {
  local filter=()
  [ $# -eq 0 ] || filter=(--filter "$1")
  # Region and the rings free nothing before the process ends; a leak is not what is looked for.
  export ASAN_OPTIONS="detect_leaks=0:abort_on_error=0:detect_stack_use_after_return=0"
  # A server takes several times as long here: a fifth of the kills, which the suite makes as well.
  export ROSTRUM_KILLS="${ROSTRUM_KILLS:-20}"
  swift build --build-tests --sanitize=address --scratch-path .build-address
  swift test --skip-build --sanitize=address --scratch-path .build-address --disable-xctest \
    ${filter[@]+"${filter[@]}"}
}

case "${1:-}" in
  thread)
    require_swift
    work=$(mktemp -d "$PWD/.build-thread.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    run_thread
    ;;
  address)
    require_swift
    shift
    run_address "$@"
    ;;
  -h | --help | help) usage ;;
  *)
    usage >&2
    exit 64
    ;;
esac
