#!/usr/bin/env bash
# Which lines of Engine, WAL and Gateway the modules' own tests run; fails below 95 % of any.
set -euo pipefail
exec </dev/null

usage() {
  cat <<'END'
usage: scripts/coverage.sh [--list FILE] [--least PERCENT] [--again] [--help]

Builds the tests with coverage in .build-coverage, runs the suites of the modules (not the tests
that start the program), and prints for every module its lines, how many of them a test ran, and
the share; then, file by file, the lines of Engine, WAL and Gateway that no test ran.
Ends with 1 when one of these three is below the least share, or when a test fails.

  --list FILE       also writes every piece of code that no test ran to FILE, a line each:
                    file:line:column-line:column and its text; pieces of lines that were run too
  --least PERCENT   the least share of lines, in percent; 95 if not given
  --again           reports the last run once more; builds and runs nothing
  --help            shows this

It installs nothing: it needs what scripts/test.sh needs. The first build takes minutes.
END
}

list=""
least=95
again=false
while [ $# -gt 0 ]; do
  case $1 in
    --list) list=${2:?--list needs a file} && shift 2 ;;
    --least) least=${2:?--least needs a number} && shift 2 ;;
    --again) again=true && shift ;;
    --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
[ -z "$list" ] || list=$(realpath -m "$list")

cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh
require_swift
command -v python3 >/dev/null || fail "no python3, which reads the report"

checked=(Engine WAL Gateway)
shown=(Primitives Wire Journal Runtime)
suites=(EngineTests WALTests GatewayTests PrimitivesTests WireTests JournalTests RuntimeTests)
suites+=(SimulatorTests)
scratch=.build-coverage
profiles=$scratch/profiles
profile=$scratch/merged.profdata

# The profiles' format is the compiler's own: only the tools of the same toolchain read it.
tools=$(swift -print-target-info | python3 -c '
import json, os, sys
resources = json.load(sys.stdin)["paths"]["runtimeResourcePath"]
print(os.path.normpath(os.path.join(resources, "../../bin")))')
[ -x "$tools/llvm-cov" ] || fail "the Swift toolchain has no llvm-cov in $tools"

if ! $again; then
  say "building the tests with coverage; the first time takes some minutes"
  swift build --build-tests --enable-code-coverage --scratch-path "$scratch" >&2
  say "running ${suites[*]}"
  rm -rf "$profiles"
  # A file for each process: a test may start another one, and one that crashes writes none.
  LLVM_PROFILE_FILE="$PWD/$profiles/%p.profraw" swift test --skip-build --disable-xctest \
    --scratch-path "$scratch" --filter "^($(IFS='|' && echo "${suites[*]}"))\\." >&2
  "$tools/llvm-profdata" merge --sparse -o "$profile" "$profiles"
fi
[ -e "$profile" ] || fail "nothing was run yet: leave --again out"

sources=("${checked[@]/#/Sources/}" "${shown[@]/#/Sources/}")
export_coverage() {
  "$tools/llvm-cov" export "$@" --instr-profile "$profile" \
    "$scratch"/debug/*PackageTests.xctest "${sources[@]}"
}
export_coverage --format lcov >"$scratch/lines"
[ -z "$list" ] || export_coverage >"$scratch/regions"
python3 -B scripts/coverage_report.py --least "$least" --lines "$scratch/lines" \
  ${list:+--regions "$scratch/regions" --list "$list"} --shown "${shown[@]}" \
  --checked "${checked[@]}"
