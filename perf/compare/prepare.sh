#!/usr/bin/env bash
# Installs what is missing for the servers named, and builds the load; with `release`, Rostrum too.
#
#   perf/compare/prepare.sh postgresql redis release
set -euo pipefail
exec </dev/null
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
# shellcheck source=scripts/common.sh
. "$checkout/scripts/common.sh"

missing=()
command -v make >/dev/null || missing+=(make)
compiler=$(command -v gcc || command -v clang || true)
[ -n "$compiler" ] || missing+=(gcc libc6-dev)
has_header postgresql/libpq-fe.h || missing+=(libpq-dev)
release=false
for part in "$@"; do
  case "$part" in
  postgresql)
    [ -x /usr/lib/postgresql/15/bin/postgres ] || missing+=(postgresql-15)
    command -v psql >/dev/null || missing+=(postgresql-client-15)
    ;;
  redis) command -v redis-cli >/dev/null || missing+=(redis-tools) ;;
  rostrum) ;;
  release)
    release=true
    require_swift
    mapfile -t -O "${#missing[@]}" missing < <(missing_libraries)
    ;;
  *)
    say "there is no '$part'"
    exit 64
    ;;
  esac
done
install_packages ${missing[@]+"${missing[@]}"}
make -s -C "$here" CC="$(command -v gcc || command -v clang)" bidload
if "$release"; then
  say "building a release of Rostrum; the first time takes a few minutes"
  cd "$checkout" && swift build -c release --product rostrum >&2
fi
