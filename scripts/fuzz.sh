#!/usr/bin/env bash
# Builds the fuzz targets and runs them: see docs/testing.md.
set -euo pipefail
exec </dev/null
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

usage() {
  cat <<'TEXT'
usage: scripts/fuzz.sh --smoke
       scripts/fuzz.sh --target NAME|all [--runs N] [--seconds N] [--fast]
       scripts/fuzz.sh --reproduce FILE --target NAME
       scripts/fuzz.sh --seeds

  --smoke           a bounded run of every target, after the proof that each of them finds a
                    planted bug; ends with 1 when anything is found, or a planted bug is not
  --target NAME     one target, or all of them, one after the other
  --runs N          executions of each target (default 1000000)
  --seconds N       stop a target after so long, whatever it did
  --fast            without AddressSanitizer: two to four times as many executions a second
  --reproduce FILE  runs one input
  --seeds           writes the seeds of the corpora anew, from real frames, logs and snapshots
  --skip-build      takes the build that is there

Inputs that fail are written to Fuzz/.finds/NAME; new inputs that reach further to
Fuzz/.corpus/NAME. Ends with 0 when nothing was found, 1 when something was, 2 on wrong usage.
TEXT
}

targets=(frames messages log snapshots state session rules journal)
mode="" target="" runs=1000000 seconds=0 file="" fast=0 skip_build=0
while [ $# -gt 0 ]; do
  case "$1" in
    --smoke) mode=smoke ;;
    --seeds) mode=seeds ;;
    --target) target=${2:-}; mode=${mode:-run}; shift ;;
    --runs) runs=${2:-}; shift ;;
    --seconds) seconds=${2:-}; shift ;;
    --reproduce) file=${2:-}; mode=reproduce; shift ;;
    --fast) fast=1 ;;
    --skip-build) skip_build=1 ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$mode" ] || { usage >&2; exit 2; }
case "$runs$seconds" in *[!0-9]* | "") usage >&2; exit 2 ;; esac
known() { [[ " canary ${targets[*]} " == *" $1 "* ]]; }
if [ "$mode" = run ] && [ "$target" != all ]; then
  known "$target" || { say "no target '$target': canary ${targets[*]}"; exit 2; }
fi

require_swift
scratch=Fuzz/.build
build=(swift build --package-path Fuzz -c release --product fuzz --sanitize fuzzer
  -Xswiftc -enable-testing)
if [ "$fast" = 1 ]; then
  scratch=Fuzz/.build-fast
else
  # Both at once must be said to the compiler itself: it takes the last one alone.
  build+=(-Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=address)
fi
build+=(--scratch-path "$scratch")
if [ "$skip_build" = 0 ]; then
  say "building the targets"
  log=$(mktemp)
  "${build[@]}" >"$log" 2>&1 || { cat "$log" >&2; fail "the build failed"; }
  rm -f "$log"
fi
program=$PWD/$scratch/release/fuzz

# The longest input and the longest time that one may take, in seconds, of a target.
longest() { case "$1" in snapshots | state | log | journal) echo 8192 ;; *) echo 2048 ;; esac; }

# fuzz NAME RUNS SECONDS FOLDER...: runs a target; its report goes to Fuzz/.finds/NAME/report.
fuzz() {
  local name=$1 count=$2 limit=$3
  shift 3
  local finds=$PWD/Fuzz/.finds/$name
  mkdir -p "$finds"
  local arguments=(-runs="$count" -max_len="$(longest "$name")" -timeout=10 -rss_limit_mb=2048
    -print_final_stats=1 -artifact_prefix="$finds/" -verbosity=1)
  [ "$limit" = 0 ] || arguments+=(-max_total_time="$limit")
  # A smoke is the same each time: what it does not find today it must not find tomorrow.
  [ "$mode" != smoke ] || arguments+=(-seed=1)
  [ ! -e "Fuzz/Dictionaries/$name.dict" ] ||
    arguments+=(-dict="Fuzz/Dictionaries/$name.dict")
  ROSTRUM_FUZZ_TARGET=$name "$program" "${arguments[@]}" "$@" >"$finds/report" 2>&1
}

executions() { sed -n 's/^stat::number_of_executed_units: //p' "Fuzz/.finds/$1/report"; }
finding() { grep -m1 -E 'Fatal error:|ERROR:|SUMMARY:' "Fuzz/.finds/$1/report" || true; }

# run_one NAME RUNS SECONDS: a whole run with its line of result; 1 when something was found.
run_one() {
  local name=$1 began=$SECONDS status=0
  local folders=("Fuzz/.corpus/$name")
  mkdir -p "${folders[0]}"
  [ ! -d "Fuzz/Corpora/$name" ] || folders+=("Fuzz/Corpora/$name")
  fuzz "$name" "$2" "$3" "${folders[@]}" || status=$?
  local count
  count=$(executions "$name")
  if [ "$status" = 0 ]; then
    printf '%-10s %12s executions %6s s   nothing found\n' "$name" "$count" $((SECONDS - began))
  else
    printf '%-10s %12s executions %6s s   FOUND: %s\n' "$name" "${count:-?}" \
      $((SECONDS - began)) "$(finding "$name")"
    grep -oE 'Test unit written to .*' "Fuzz/.finds/$name/report" || true
    return 1
  fi
}

# must_find NAME RUNS: the proof that a target finds what is planted in it.
must_find() {
  local name=$1 status=0
  # A folder of its own that is thrown away: what the planted bug leads to is no seed.
  local folders
  folders=$(mktemp -d)
  [ ! -d "Fuzz/Corpora/$name" ] || cp -r "Fuzz/Corpora/$name/." "$folders"
  ROSTRUM_FUZZ_PLANT=1 fuzz "$name" "$2" 60 "$folders" || status=$?
  rm -rf "$folders"
  if [ "$status" = 0 ] || ! grep -q 'Fatal error: found' "Fuzz/.finds/$name/report"; then
    printf '%-10s the planted bug is NOT found: the harness proves nothing\n' "$name"
    return 1
  fi
  printf '%-10s finds its planted bug\n' "$name"
  rm -rf "Fuzz/.finds/$name"
}

status=0
case "$mode" in
  seeds)
    for name in "${targets[@]}"; do
      mkdir -p "Fuzz/Corpora/$name"
      ROSTRUM_FUZZ_TARGET=$name ROSTRUM_FUZZ_SEEDS=$PWD/Fuzz/Corpora/$name "$program"
    done
    ;;
  reproduce)
    known "$target" || { usage >&2; exit 2; }
    ROSTRUM_FUZZ_TARGET=$target "$program" -rss_limit_mb=2048 -timeout=10 "$file" || status=1
    ;;
  run)
    names=("$target")
    [ "$target" != all ] || names=("${targets[@]}")
    for name in "${names[@]}"; do run_one "$name" "$runs" "$seconds" || status=1; done
    ;;
  smoke)
    for name in canary "${targets[@]}"; do must_find "$name" 400000 || status=1; done
    for name in "${targets[@]}"; do
      count=20000
      case "$name" in frames | messages) count=100000 ;; esac
      run_one "$name" "$count" 20 || status=1
    done
    ;;
esac
exit "$status"
