# What both scripts need: messages, the toolchain, the system's packages. Sourced, not run.

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

fail() {
  say "$*"
  exit 1
}

# A crashed test must end at once, not wait for somebody who reads its backtrace.
export SWIFT_BACKTRACE=enable=no

require_swift() {
  local where="https://www.swift.org/install/linux/"
  command -v swift >/dev/null || fail "no Swift toolchain: install Swift 6.3 or newer ($where)"
  local version major minor
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
  major=${version%%.*}
  minor=${version#*.}
  if [ -z "$version" ] || [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 3 ]; }; then
    fail "Swift ${version:-of an unknown version} is too old: install Swift 6.3 or newer ($where)"
  fi
}

has_header() { [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ]; }

# The Debian packages without which nothing here builds, as far as they are missing.
missing_libraries() {
  has_header liburing.h || echo liburing-dev
  has_header jemalloc/jemalloc.h || echo libjemalloc-dev
  has_header zstd.h || echo libzstd-dev
}

# Installs Debian packages by their names; does nothing without a name.
install_packages() {
  [ $# -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    fail "missing: $*. There is no apt-get here: install what your system calls them, then try again"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "missing: $*. Install them as root: apt-get install $*"
    root=(sudo)
  fi
  say "installing $*"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >&2
}
