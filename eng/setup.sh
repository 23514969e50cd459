# Sourced by demo.sh, test.sh, .ci/run and the benchmarks' scripts: checks the SDK, and installs what the sandbox needs from the system where
# root allows; for test.sh also the compilers and interpreters that its languages need. Everything else comes with the NuGet packages.

say() { printf "%s\n" "$@"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Debian packages, each with a test that tells whether it is needed.
missing_packages() {
  command -v python3 >/dev/null && [ -x /usr/bin/python3 ] || echo python3
  command -v bwrap >/dev/null || echo bubblewrap
  command -v setpriv >/dev/null && command -v prlimit >/dev/null || echo util-linux
}

# Whether a program is where sandboxed programs find it: a user's own installation isn't.
in_sandbox() { PATH=/usr/local/bin:/usr/bin:/bin command -v "$1" >/dev/null; }

# The same for the languages that only tests need: these skip without them.
toolchain_packages() {
  in_sandbox gcc || echo gcc libc6-dev
  in_sandbox g++ || echo g++
  in_sandbox javac || echo default-jdk-headless
  [ -e /usr/share/java/javatuples.jar ] || echo libjavatuples-java # MultiPL-E's Java
  in_sandbox go || echo golang-go
  in_sandbox rustc || echo rustc
  in_sandbox php || echo php-cli
  in_sandbox ruby || echo ruby
  in_sandbox node || echo nodejs
  # Debian's tsc brings Debian's node, which mustn't come beside one from elsewhere.
  in_sandbox tsc || { in_sandbox node && ! dpkg -s nodejs >/dev/null 2>&1; } || echo node-typescript
}

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt_install() { # packages; what went wrong goes to standard error
  local log status=0; log=$(mktemp)
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1 || { status=1; tail -n 20 "$log" >&2; }
  rm -f "$log"
  return $status
}

install_missing() {
  local packages
  packages=$(missing_packages | tr '\n' ' ')
  [ -n "${packages// /}" ] || return 0
  can_install || die "please install these packages first: apt-get install $packages"
  say "installing from Debian: $packages"
  apt-get update -qq >/dev/null
  # shellcheck disable=SC2086
  apt_install $packages || die "could not install: $packages"
}

install_toolchains() {
  local packages package
  packages=$(toolchain_packages | tr '\n' ' ')
  [ -n "${packages// /}" ] || return 0
  if ! can_install; then
    say "tests of some languages will be skipped; to run them: apt-get install $packages"
    return 0
  fi
  say "installing from Debian: $packages"
  apt-get update -qq >/dev/null
  # shellcheck disable=SC2086
  apt_install $packages 2>/dev/null && return 0
  # One that this distribution doesn't have mustn't keep the others away.
  for package in $packages; do
    apt_install "$package" || say "could not install $package: tests that need it will be skipped"
  done
}

# True when something that is built is newer than the stamp of the last build.
needs_build() {
  local root=$1 stamp=$2
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$root/src" "$root/samples" "$root"/*.props "$root"/*.targets "$root/.editorconfig" "$root/global.json" \
    \( -name bin -o -name obj -o -name data \) -prune -o -type f -newer "$stamp" -print -quit)" ]
}

command -v dotnet >/dev/null || die "the .NET 10 SDK is needed: dotnet is not on the PATH"
case $(dotnet --version 2>/dev/null) in 10.* | 1[1-9].*) ;; *) die "the .NET 10 SDK is needed; dotnet --version says $(dotnet --version 2>&1 | head -n 1)" ;; esac
