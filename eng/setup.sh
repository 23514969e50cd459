# Sourced by demo.sh, test.sh and .ci/run: checks the SDK, installs what is missing from the system where root allows,
# and chooses the flavour. Sets FLAVOR. Everything else is left alone.

say() { printf "%s\n" "$@"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Debian packages, each with a test that tells whether it is needed.
missing_packages() {
  command -v python3 >/dev/null && [ -x /usr/bin/python3 ] || echo python3
  command -v bwrap >/dev/null || echo bubblewrap
  command -v setpriv >/dev/null && command -v prlimit >/dev/null || echo util-linux
  [ "$FLAVOR" = compat ] || return 0
  command -v g++ >/dev/null || echo g++
  if ! has_libtorch; then echo libtorch-dev libopenblas0-openmp; fi
}

has_libtorch() {
  [ -n "${LIBTORCH:-}" ] && [ -d "$LIBTORCH/include" ] && return 0
  [ -f /usr/include/torch/csrc/api/include/torch/torch.h ] || [ -f /usr/include/ATen/ATen.h ] && return 0
  python3 -c 'import torch' 2>/dev/null
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
      die "could not install: $packages"
    fi
    rm -f "$log"
  else
    die "please install these packages first: apt-get install $packages"
  fi
}

# The explicit choice first; else what an earlier probe wrote; else one probe of the registry; else compat.
choose_flavor() {
  local root=$1 file=$1/ReflectionCoder.Flavor.props why
  if [ -n "${ReflectionCoderFlavor:-}" ]; then
    FLAVOR=$ReflectionCoderFlavor why="set by ReflectionCoderFlavor"
  elif [ -f "$file" ]; then
    FLAVOR=$(sed -n 's:.*<ReflectionCoderFlavor>\(.*\)</ReflectionCoderFlavor>.*:\1:p' "$file")
    why="from ReflectionCoder.Flavor.props"
  else
    if packages_restore "$root"; then FLAVOR=packages why="TorchSharp and Microsoft.ML.Tokenizers restore and load"
    else FLAVOR=compat why="TorchSharp or Microsoft.ML.Tokenizers do not restore or load here"; fi
    printf '<Project>\n  <PropertyGroup>\n    <ReflectionCoderFlavor>%s</ReflectionCoderFlavor>\n  </PropertyGroup>\n</Project>\n' "$FLAVOR" >"$file"
  fi
  case $FLAVOR in compat | packages) ;; *) die "ReflectionCoderFlavor is '$FLAVOR'; it must be compat or packages" ;; esac
  say "flavour: $FLAVOR ($why)"
}

packages_restore() {
  local root=$1 probe name versions=
  probe=$(mktemp -d)
  for name in TorchSharp TorchSharp-cpu Microsoft.ML.Tokenizers; do
    versions+=$(sed -n "s:.*<PackageVersion Include=\"$name\" Version=\"\(.*\)\" />.*:<PackageReference Include=\"$name\" Version=\"[\1]\" />:p" "$root/Directory.Packages.props")
  done
  printf '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>%s</ItemGroup></Project>' \
    "$versions" >"$probe/probe.csproj"
  timeout 900 dotnet restore "$probe/probe.csproj" >/dev/null 2>&1
  local result=$?
  rm -rf "$probe"
  [ $result = 0 ] && native_loads
}

# The package's native library wants a newer libstdc++ than some systems have (GLIBCXX_3.4.32; Debian 12 ends at 3.4.30). What ldd says is
# read whole: a reader that stops at the first match would end ldd early, and under pipefail that looks like "no match".
native_loads() {
  local library said
  for library in "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/torchsharp/*/runtimes/linux-x64/native/libLibTorchSharp.so; do
    [ -f "$library" ] || return 1
    said=$(ldd "$library" 2>&1) || return 1
    case $said in *"version "*"not found"*) return 1 ;; esac
  done
}

# True when something that is built is newer than the stamp of the last build.
needs_build() {
  local root=$1 stamp=$2
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$root/src" "$root/compat" "$root/samples" "$root"/*.props "$root"/*.targets "$root/.editorconfig" "$root/global.json" \
    \( -name bin -o -name obj -o -name data \) -prune -o -type f -newer "$stamp" -print -quit)" ]
}

command -v dotnet >/dev/null || die "the .NET 10 SDK is needed: dotnet is not on the PATH"
case $(dotnet --version 2>/dev/null) in 10.* | 1[1-9].*) ;; *) die "the .NET 10 SDK is needed; dotnet --version says $(dotnet --version 2>&1 | head -n 1)" ;; esac
