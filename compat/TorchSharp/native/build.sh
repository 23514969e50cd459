#!/bin/sh
# Compiles the shim into $1 unless the library there is already made from these sources and this libtorch.
# libtorch is, in this order: $LIBTORCH (an unpacked libtorch or PyTorch's torch folder), the system's (Debian's libtorch-dev),
# an installed PyTorch (the torch folder of python3's site-packages).
# OpenMP is on, or at::parallel_for in the sources would run on one thread.
# Exit codes: 0 the library is there; 3 a compiler or libtorch is missing; 4 the compiler failed. The reason is the last line.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
out=$1
mkdir -p "$(dirname -- "$out")"

fail() { code=$1; shift; echo "$*"; exit "$code"; }

cxx=${CXX:-g++}
command -v "$cxx" >/dev/null 2>&1 || fail 3 "no C++ compiler ($cxx) found"

root=; include=; lib=
from_root() {
  [ -e "$1/lib/libtorch_cpu.so" ] && [ -e "$1/include/torch/library.h" ] || return 1
  root=$1; include="$1/include"; lib="$1/lib"
}
if [ -n "${LIBTORCH:-}" ]; then
  from_root "$LIBTORCH" || fail 3 "LIBTORCH is set to '$LIBTORCH', which has no lib/libtorch_cpu.so and include/torch"
elif [ -e /usr/include/torch/library.h ]; then
  include=/usr/include
  for d in /usr/lib/*-linux-gnu /usr/lib64 /usr/lib; do
    [ -e "$d/libtorch_cpu.so" ] && { lib=$d; break; }
  done
fi
if [ -z "$lib" ]; then
  for python in python3 python; do
    found=$("$python" -c 'import importlib.util as u; s = u.find_spec("torch"); print(list(s.submodule_search_locations)[0] if s else "")' 2>/dev/null) || continue
    [ -n "$found" ] && from_root "$found" && break
  done
fi
[ -n "$lib" ] || fail 3 "no libtorch found"

# One builder at a time, whichever process it belongs to; the others then find the work done.
if command -v flock >/dev/null 2>&1; then exec 9>"$out.lock"; flock 9; fi
tools=$({ echo "$cxx $root $include $lib"; "$cxx" --version; stat -L -c '%s %Y' "$lib/libtorch_cpu.so"; cat "$include/torch/csrc/api/include/torch/version.h" "$here"/*.h "$here/build.sh"; } 2>/dev/null | cksum)
stamp=$({ echo "$tools"; cat "$here"/*.cpp; } | cksum)
if [ -e "$out" ] && [ "$(cat "$out.stamp" 2>/dev/null)" = "$stamp" ]; then exit 0; fi

version=$(sed -n 's/^#define TORCH_VERSION_MAJOR //p' "$include/torch/csrc/api/include/torch/version.h")
standard=-std=c++17
[ "${version:-1}" -ge 2 ] && "$cxx" -std=c++20 -E -x c++ /dev/null >/dev/null 2>&1 && standard=-std=c++20
# Old PyTorch wheels were built with the C++ library's old ABI.
abi=
if [ -n "$root" ] && command -v nm >/dev/null 2>&1 && ! nm -DC "$lib/libc10.so" 2>/dev/null | grep -q '__cxx11::'; then
  abi=-D_GLIBCXX_USE_CXX11_ABI=0
fi
cuda=
# Without --no-as-needed the linker drops libtorch_cuda, and its kernels never register.
[ -e "$lib/libtorch_cuda.so" ] && cuda="-Wl,--no-as-needed -ltorch_cuda -lc10_cuda -Wl,--as-needed"
rpath=
[ -n "$root" ] && rpath="-Wl,-rpath,$lib"

work=${out%/*}/objects
log=$out.log
mkdir -p "$work"
objects=
for source in "$here"/*.cpp; do
  name=$(basename "$source" .cpp)
  object=$work/$name.o
  objects="$objects $object"
  wanted=$({ echo "$tools"; cat "$source"; } | cksum)
  [ -e "$object" ] && [ "$(cat "$object.stamp" 2>/dev/null)" = "$wanted" ] && continue
  rm -f "$object" "$object.stamp"
  {
    "$cxx" $standard -O2 -fopenmp -fPIC -fvisibility=hidden $abi -idirafter "$include" -idirafter "$include/torch/csrc/api/include" \
      -c "$source" -o "$object" >"$object.log" 2>&1 && echo "$wanted" >"$object.stamp"
  } &
done
wait
cat "$work"/*.log >"$log" 2>/dev/null
for object in $objects; do
  [ -e "$object.stamp" ] || fail 4 "compiling $(basename "$object" .o).cpp failed, see $log"
done
"$cxx" -shared -fopenmp -o "$out.new" $objects -L"$lib" $rpath $cuda -ltorch -ltorch_cpu -lc10 >>"$log" 2>&1 || fail 4 "linking failed, see $log"
mv -f "$out.new" "$out"
echo "$stamp" >"$out.stamp"
echo "built against libtorch in $lib"
