#!/usr/bin/env bash
# Installs what is missing, and runs every check there is; the test runner has the last word.
set -euo pipefail
case "${1:-}" in
-h | --help)
  sed -n '2s/^# //p' "$0"
  exit
  ;;
esac
exec </dev/null
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

require_swift
mapfile -t missing < <(missing_libraries)
command -v python3 >/dev/null || missing+=(python3)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
command -v make >/dev/null || missing+=(make)
compiler=$(command -v gcc || command -v clang || true)
[ -n "$compiler" ] || missing+=(gcc libc6-dev)
install_packages ${missing[@]+"${missing[@]}"}

say "generated files"
python3 -B protocol/generate.py --check

say "format"
swift format lint --strict --recursive Sources Tests Benchmarks Fuzz Package.swift

say "the floor"
work=$(mktemp -d "$PWD/.build-floor.XXXXXX")
trap 'rm -rf "$work"' EXIT
make -s -C perf/floor CC="$(command -v gcc || command -v clang)" floor
perf/floor/floor run --data "$work" --seconds 0.3 --warmup 0.1 --file-mib 16 --json >"$work/report"
python3 -c 'import json, sys; assert json.load(sys.stdin)["acknowledged"] > 0' <"$work/report"

say "what threads share"
scripts/sanitize.sh thread

say "building everything with its tests (debug); the first time takes some minutes"
swift build --build-tests

say "a thousand simulated runs (release)"
swift build -c release --product rostrum
.build/release/rostrum simulate --seeds 1000

say "fuzzing, a little"
scripts/fuzz.sh --smoke

say "tests"
swift test --skip-build --disable-xctest
