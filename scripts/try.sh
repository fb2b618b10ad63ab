#!/usr/bin/env bash
# Builds a release, starts a server in a temporary folder, holds recorded auctions on it, and shows
# how their final prices compare with the recorded ones. Leaves nothing but the build behind.
#
#   scripts/try.sh              auctions that `rostrum sample --seed 1` makes up
#   scripts/try.sh FILE.csv     auctions of a file with the same columns
set -euo pipefail

usage() {
  sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"
}

case "${1:-}" in
-h | --help)
  usage
  exit 0
  ;;
esac
if [ $# -gt 1 ] || [[ "${1:-}" == -* ]]; then
  usage >&2
  exit 64
fi

file=""
if [ $# -eq 1 ]; then
  [ -f "$1" ] && [ -r "$1" ] || {
    echo "try.sh: '$1' is no file that can be read" >&2
    exit 1
  }
  file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
fi
exec </dev/null
cd "$(dirname "$0")/.."
# shellcheck source=scripts/common.sh
. scripts/common.sh

require_swift
mapfile -t missing < <(missing_libraries)
install_packages ${missing[@]+"${missing[@]}"}

say "building a release; the first time takes a few minutes"
swift build -c release --product rostrum >&2
rostrum=$(swift build -c release --show-bin-path)/rostrum

folder=$(mktemp -d "${TMPDIR:-/tmp}/rostrum-try.XXXXXX")
server=""
clean_up() {
  if [ -n "$server" ] && kill -0 "$server" 2>/dev/null; then
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [ -z "$file" ]; then
  file=$folder/sample.csv
  "$rostrum" sample --seed 1 --output "$file"
  say "made up auctions: rostrum sample --seed 1"
fi

"$rostrum" serve --data "$folder/data" --port 0 --insecure --json \
  >"$folder/server.out" 2>"$folder/server.err" &
server=$!
port=""
for _ in $(seq 300); do
  port=$(sed -n 's/.*"ready": *true.*"port": *\([0-9][0-9]*\).*/\1/p' "$folder/server.out")
  [ -z "$port" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$port" ]; then
  cat "$folder/server.err" >&2
  fail "the server did not start"
fi
say "server on 127.0.0.1:$port, its log in $folder/data"

"$rostrum" replay "$file" --connect "127.0.0.1:$port" --increments ebay-us

kill -TERM "$server"
status=0
wait "$server" || status=$?
server=""
if [ "$status" -ne 0 ]; then
  cat "$folder/server.err" >&2
  fail "the server ended with status $status"
fi
say "server stopped in order; everything was removed but the build"
