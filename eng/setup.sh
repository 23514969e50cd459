# Sourced by demo.sh, test.sh, .ci/run and the benchmarks' scripts: checks the SDK, and installs what the sandbox needs from the system where
# root allows. Everything else comes with the NuGet packages.

say() { printf "%s\n" "$@"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Debian packages, each with a test that tells whether it is needed.
missing_packages() {
  command -v python3 >/dev/null && [ -x /usr/bin/python3 ] || echo python3
  command -v bwrap >/dev/null || echo bubblewrap
  command -v setpriv >/dev/null && command -v prlimit >/dev/null || echo util-linux
}

install_missing() {
  local packages
  packages=$(missing_packages | tr '\n' ' ')
  [ -n "${packages// /}" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing from Debian: $packages"
    local log; log=$(mktemp)
    # shellcheck disable=SC2086
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      rm -f "$log"
      die "could not install: $packages"
    fi
    rm -f "$log"
  else
    die "please install these packages first: apt-get install $packages"
  fi
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
