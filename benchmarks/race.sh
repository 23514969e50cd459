#!/usr/bin/env bash
# Races our fine-tuner against two implementations of the reference's formulation (halves concatenated and padded, dense masks, logits of all tokens):
#   torchsharp   plain TorchSharp modules on the same libtorch (benchmarks/ReflectionCoder.Benchmarks/Peer)
#   pytorch      ../shared/reference/peer_train.py on the system's PyTorch; left out, with a word, where it is missing
# Same data, model shape, batch and threads, fp32, the block mask in the order e,t,c with the rate going from 0 to 1 over the run. Prints a table and, for
# each shape and opponent, the lines
#   throughput ratio SHAPE OPPONENT: X      (ours / opponent, tokens a second, each sample's tokens counted once)
#   memory ratio SHAPE OPPONENT: Y          (ours / opponent, peak resident memory of the same runs)
#   product ratio SHAPE: F                  (torchsharp's operations in matrix products / ours, counted from the shapes of the same steps)
# Each side runs at its own faster setting of allocator (glibc, or tcmalloc preloaded) and OpenMP waiting (default, or passive), found by short
# runs first; then the sides alternate. Ratios are of medians over the rounds.
#
#   benchmarks/race.sh [SHAPE...]       a, b, c; all where none is named
#
# OPPONENTS             default "torchsharp pytorch"
# REFLECTIONCODER_PEER  the pytorch peer (default ../shared/reference/peer_train.py; peer_make_data.py lies beside it)
# PYTHON                interpreter (default: the first of python3 and /usr/bin/python3 that has torch and numpy)
# ROUNDS STEPS THREADS  default 5, 20, all processors
# PROBE_STEPS           steps of the runs that choose a setting, default 5; 0 skips them and takes tcmalloc and passive for all sides
# DTYPE                 dtype of our side, default float32; with bfloat16 the ratios are not of like and like
# RACE_JSON             where to keep every run as one JSON object a line
#
# Interrupted or failed, it still prints the table over the rounds that are done. A quick look: ROUNDS=1 STEPS=10 PROBE_STEPS=2 benchmarks/race.sh a b c
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
. eng/setup.sh
install_missing >&2

peer=${REFLECTIONCODER_PEER:-../shared/reference/peer_train.py}
make_data=$(dirname "$peer")/peer_make_data.py
rounds=${ROUNDS:-5} steps=${STEPS:-20} threads=${THREADS:-$(nproc)} probe=${PROBE_STEPS:-5}
[ -f "$make_data" ] || die "no $make_data, which makes the data; set REFLECTIONCODER_PEER"
opponents=${OPPONENTS:-torchsharp pytorch}
for opponent in $opponents; do
  case $opponent in torchsharp|pytorch) ;; *) die "no opponent $opponent; there are torchsharp and pytorch" ;; esac
done

has_torch() { "$1" -c 'import torch, numpy' 2>/dev/null; }
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    if has_torch "$candidate"; then python=$candidate; return 0; fi
  done
  return 1
}
if ! find_python; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing from Debian: python3-torch python3-numpy libopenblas0-openmp" >&2 # without OpenBLAS it would multiply ten times slower
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-torch python3-numpy libopenblas0-openmp >/dev/null || true
  fi
  if ! find_python; then
    python=${PYTHON:-python3}
    say "no Python with torch and numpy (Debian: python3-torch python3-numpy): the opponent pytorch is left out" >&2
    opponents=${opponents//pytorch/}
  fi
fi

# An OpenBLAS that doesn't know the processor takes its oldest kernels, which would make the opponent ten times slower than it is.
core=auto
if [ "$(OPENBLAS_VERBOSE=2 "$python" -c 'import torch' 2>&1 | sed -n 's/^Core: //p' | head -n 1)" = Prescott ]; then
  if grep -qw avx512bw /proc/cpuinfo; then core=SkylakeX; elif grep -qw avx2 /proc/cpuinfo; then core=Haswell; fi
  say "OpenBLAS doesn't know this processor: pytorch runs with its kernels for $core" >&2
fi

find_tcmalloc() { find /usr/lib /usr/lib64 -name 'libtcmalloc_minimal.so.4' -print -quit 2>/dev/null; }
tcmalloc=$(find_tcmalloc)
if [ -z "$tcmalloc" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say "installing from Debian: libtcmalloc-minimal4" >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libtcmalloc-minimal4 >/dev/null || true
  tcmalloc=$(find_tcmalloc)
fi
[ -n "$tcmalloc" ] || say "no tcmalloc (Debian: libtcmalloc-minimal4): both sides run on glibc's allocator alone" >&2

dotnet build benchmarks/ReflectionCoder.Benchmarks -c Release --nologo -v quiet -clp:NoSummary >&2 || die "the build failed"
program=benchmarks/ReflectionCoder.Benchmarks/bin/Release/net10.0/ReflectionCoder.Benchmarks.dll

work=$(mktemp -d)
results=$work/results.jsonl
: >"$results"

# The table over the rounds that are done, whichever way the script ends.
finish() {
  local code=$?
  trap - EXIT
  [ -z "${RACE_JSON:-}" ] || cp "$results" "$RACE_JSON" || true
  if grep -q '"kind":"race"' "$results"; then table || true; fi
  rm -rf "$work"
  exit $code
}
trap finish EXIT
trap 'say "interrupted: the table holds the rounds that are done" >&2; exit 130' INT
trap 'say "stopped: the table holds the rounds that are done" >&2; exit 143' TERM

table() {
  say "$(uname -m), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $threads threads, up to $rounds rounds of $steps steps"
  "$python" - "$results" <<'PY'
import json, statistics, sys
runs = [r for r in map(json.loads, open(sys.argv[1])) if r["kind"] == "race"]
median = statistics.median
print("| shape | side | torch | setting | rounds | tokens/s: median (min … max) | step s | share of product floor | peak MiB |\n|---|---|---|---|---|---|---|---|---|")
lines = []
for shape in dict.fromkeys(r["shape"] for r in runs):
    sides = {}
    for side in ("ours", "torchsharp", "pytorch"):
        mine = [r for r in runs if (r["shape"], r["side"]) == (shape, side)]
        if not mine:
            continue
        def middle(field):
            values = [r["result"][field] for r in mine if field in r["result"]]
            return median(values) if values else None
        speed, memory = [r["result"]["tokens_per_s"] for r in mine], middle("peak_rss_mib")
        share = middle("share_of_floor")
        sides[side] = median(speed), memory, middle("product_operations")
        print(f"| {shape} | {side} | {mine[0]['result']['torch']} | {mine[0]['setting']} | {len(mine)} | {median(speed):.0f} ({min(speed):.0f} … {max(speed):.0f}) | "
              f"{middle('step_median_s'):.3f} | {'' if share is None else f'{share:.2f}'} | {memory:.0f} |")
    ours = sides.pop("ours", None)
    for opponent, (speed, memory, operations) in sides.items() if ours else ():
        lines += [f"throughput ratio {shape} {opponent}: {ours[0] / speed:.2f}", f"memory ratio {shape} {opponent}: {ours[1] / memory:.3f}"]
        if operations:
            lines.append(f"product ratio {shape}: {operations / ours[2]:.2f}")
print("\n".join(lines))
PY
}

shape_options() {
  case $1 in
    a) model="--layers 4 --hidden 256 --heads 8 --kv-heads 4 --vocab 32256 --batch 2" ;;
    b) model="--layers 4 --hidden 256 --heads 8 --kv-heads 4 --vocab 512 --batch 2" ;;
    c) model="--layers 2 --hidden 512 --heads 8 --kv-heads 4 --vocab 32256 --batch 4" ;;
    *) die "no shape $1; there are a, b and c" ;;
  esac
  case $1 in
    c) lengths="--question 100 --blocks 3 7 --text 45 --code 90 --execution 50 --final 115" ;;
    *) lengths="--question 300 --blocks 3 7 --text 140 --code 280 --execution 150 --final 350" ;;
  esac
}

# one SIDE SHAPE SETTING STEPS WARMUP KIND: a run; its result goes to $results. A setting is ALLOCATOR/WAITING.
one() {
  local side=$1 shape=$2 setting=$3 count=$4 warmup=$5 kind=$6 preload= wait= output
  [ "${setting%/*}" = tcmalloc ] && preload=$tcmalloc
  [ "${setting#*/}" = passive ] && wait=passive
  # shellcheck disable=SC2086
  if [ "$side" = pytorch ]; then
    output=$(env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT LD_PRELOAD="$preload" "$python" "$peer" --data "$work/$shape.jsonl" $model --steps "$count" --warmup "$warmup" \
      --threads "$threads" --mask block --block-order etc --omp-wait "${wait:-default}" --openblas-core "$core" --quiet) || die "the pytorch peer failed: $output"
  else
    local which="--dtype ${DTYPE:-float32}"
    [ "$side" = torchsharp ] && which=--peer
    output=$(env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT ${wait:+OMP_WAIT_POLICY=$wait} LD_PRELOAD="$preload" dotnet "$program" race --data "$work/$shape.jsonl" $model \
      --steps "$count" --warmup "$warmup" --threads "$threads" --mask block --block-order etc $which) || die "the run of $side failed: $output"
  fi
  printf '{"shape":"%s","side":"%s","setting":"%s","kind":"%s","result":%s}\n' "$shape" "$side" "$setting" "$kind" "$(tail -n 1 <<<"$output")" >>"$results"
  say "  $shape $side $setting $kind: $(tail -n 2 <<<"$output" | head -n 1)" >&2
}

# The fastest setting of a side, by short runs.
choose() {
  local side=$1 shape=$2 allocator waiting
  if [ "$probe" = 0 ]; then echo "$([ -n "$tcmalloc" ] && echo tcmalloc || echo glibc)/passive"; return; fi
  for allocator in glibc ${tcmalloc:+tcmalloc}; do
    for waiting in default passive; do one "$side" "$shape" "$allocator/$waiting" "$probe" 2 probe; done
  done
  "$python" - "$results" "$side" "$shape" <<'PY'
import json, sys
runs = [r for r in map(json.loads, open(sys.argv[1])) if (r["side"], r["shape"], r["kind"]) == (sys.argv[2], sys.argv[3], "probe")]
print(max(runs, key=lambda r: r["result"]["tokens_per_s"])["setting"])
PY
}

shapes=${*:-a b c}
for shape in $shapes; do
  started=$SECONDS
  shape_options "$shape"
  # shellcheck disable=SC2086
  "$python" "$make_data" --out "$work/$shape.jsonl" $lengths --n 64 --seed 1
  declare -A setting=()
  for side in ours $opponents; do setting[$side]=$(choose "$side" "$shape"); done
  for ((round = 1; round <= rounds; round++)); do
    for side in ours $opponents; do one "$side" "$shape" "${setting[$side]}" "$steps" 3 race; done
  done
  say "  $shape took $((SECONDS - started)) s" >&2
done
