#!/usr/bin/env bash
# Races our fine-tuner against a PyTorch implementation of the reference's formulation: same data, model shape, batch and threads, fp32, the block
# mask in the order e,t,c with the rate going from 0 to 1 over the run. Prints a table and, for each shape, the lines
#   throughput ratio SHAPE: X      (ours / peer, tokens a second, each sample's tokens counted once)
#   memory ratio SHAPE: Y          (ours / peer, peak resident memory of the same runs)
# Each side runs at its own faster setting of allocator (glibc, or tcmalloc preloaded) and OpenMP waiting (default, or passive), found by short
# runs first; then the sides alternate. Ratios are of medians over the rounds.
#
#   benchmarks/race.sh [SHAPE...]       a, b, c; all where none is named
#
# REFLECTIONCODER_PEER  the peer (default ../shared/reference/peer_train.py; peer_make_data.py lies beside it)
# PYTHON                interpreter with torch and numpy (default: the first of python3 and /usr/bin/python3 that has them)
# ROUNDS STEPS THREADS  default 5, 20, all processors
# PROBE_STEPS           steps of the runs that choose a setting, default 5; 0 skips them and takes glibc and passive for both sides
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
[ -f "$peer" ] && [ -f "$make_data" ] || die "no peer at $peer (or no peer_make_data.py beside it); set REFLECTIONCODER_PEER"

has_torch() { "$1" -c 'import torch, numpy' 2>/dev/null; }
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    if has_torch "$candidate"; then python=$candidate; return 0; fi
  done
  return 1
}
if ! find_python; then
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "the peer needs Python with torch and numpy: apt-get install python3-torch python3-numpy, or set PYTHON"
  say "installing from Debian: python3-torch python3-numpy" >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-torch python3-numpy >/dev/null || die "could not install python3-torch"
  find_python || die "python3-torch is installed, but no interpreter finds it"
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
  say "$(uname -m), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $threads threads, $rounds rounds of $steps steps, torch $("$python" -c 'import torch; print(torch.__version__)')"
  "$python" - "$results" <<'PY'
import json, statistics, sys
runs = [r for r in map(json.loads, open(sys.argv[1])) if r["kind"] == "race"]
median = statistics.median
print("| shape | side | setting | rounds | tokens/s: median (min … max) | step s | peak MiB |\n|---|---|---|---|---|---|---|")
lines = []
for shape in dict.fromkeys(r["shape"] for r in runs):
    sides = {}
    for side in ("ours", "peer"):
        mine = [r for r in runs if (r["shape"], r["side"]) == (shape, side)]
        if not mine:
            continue
        speed, memory = [r["result"]["tokens_per_s"] for r in mine], [r["result"]["peak_rss_mib"] for r in mine]
        sides[side] = median(speed), median(memory)
        print(f"| {shape} | {side} | {mine[0]['setting']} | {len(mine)} | {median(speed):.0f} ({min(speed):.0f} … {max(speed):.0f}) | {median(r['result']['step_median_s'] for r in mine):.3f} | {median(memory):.0f} |")
    if len(sides) == 2:
        lines += [f"throughput ratio {shape}: {sides['ours'][0] / sides['peer'][0]:.2f}", f"memory ratio {shape}: {sides['ours'][1] / sides['peer'][1]:.3f}"]
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
  if [ "$side" = peer ]; then
    output=$(env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT LD_PRELOAD="$preload" "$python" "$peer" --data "$work/$shape.jsonl" $model --steps "$count" --warmup "$warmup" \
      --threads "$threads" --mask block --block-order etc --omp-wait "${wait:-default}" --quiet) || die "the peer failed: $output"
  else
    output=$(env -u OMP_WAIT_POLICY -u GOMP_SPINCOUNT ${wait:+OMP_WAIT_POLICY=$wait} LD_PRELOAD="$preload" dotnet "$program" race --data "$work/$shape.jsonl" $model \
      --steps "$count" --warmup "$warmup" --threads "$threads" --mask block --block-order etc) || die "our run failed: $output"
  fi
  printf '{"shape":"%s","side":"%s","setting":"%s","kind":"%s","result":%s}\n' "$shape" "$side" "$setting" "$kind" "$(tail -n 1 <<<"$output")" >>"$results"
  say "  $shape $side $setting $kind: $(tail -n 2 <<<"$output" | head -n 1)" >&2
}

# The fastest setting of a side, by short runs.
choose() {
  local side=$1 shape=$2 allocator waiting
  if [ "$probe" = 0 ]; then echo glibc/passive; return; fi
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
  ours=$(choose ours "$shape")
  theirs=$(choose peer "$shape")
  for ((round = 1; round <= rounds; round++)); do
    one ours "$shape" "$ours" "$steps" 3 race
    one peer "$shape" "$theirs" "$steps" 3 race
  done
  say "  $shape took $((SECONDS - started)) s" >&2
done
