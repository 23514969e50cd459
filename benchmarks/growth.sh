#!/usr/bin/env bash
# How time and memory of a step grow with length, vocabulary, batch and mask rate: a table on standard output, and the plot growth.svg in the
# folder named by the argument (default: docs/benchmarks). Base: 4 layers, hidden 256, vocabulary 4,096, about 900 tokens, batch 2, rate 0.5.
# Time is processor time a step, all threads together, because it stays the same on a busy machine.
#
# REFLECTIONCODER_PEER, PYTHON as in race.sh (for the data alone; torch is not needed). STEPS default 4, THREADS default 2.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/setup.sh
out=${1:-docs/benchmarks} python=${PYTHON:-python3} make_data=$(dirname "${REFLECTIONCODER_PEER:-../shared/reference/peer_train.py}")/peer_make_data.py
[ -f "$make_data" ] || die "no $make_data; set REFLECTIONCODER_PEER"
dotnet build benchmarks/ReflectionCoder.Benchmarks -c Release --nologo -v quiet -clp:NoSummary >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run AXIS VALUE TOKENS VOCABULARY BATCH RATE
run() {
  local data=$work/$3.jsonl
  # Lengths of the parts in the proportions of the race's shape (a), which has about 1,800 tokens.
  [ -f "$data" ] || "$python" "$make_data" --out "$data" --n 16 --seed 1 --spread 0.05 --blocks 5 5 --question $(($3 / 6)) --text $((7 * $3 / 90)) \
    --code $((14 * $3 / 90)) --execution $((7 * $3 / 90)) --final $(($3 / 5))
  OMP_WAIT_POLICY=passive dotnet benchmarks/ReflectionCoder.Benchmarks/bin/Release/net10.0/ReflectionCoder.Benchmarks.dll race --data "$data" --vocab "$4" --kv-heads 4 \
    --batch "$5" --mask random-token --mask-rate "$6" --steps "${STEPS:-4}" --warmup 1 --threads "${THREADS:-2}" | tail -n 1 | sed "s/^/$1 $2 /" >>"$work/runs"
}
for tokens in 450 900 1800 3600; do run length "$tokens" "$tokens" 4096 2 0.5; done
for vocabulary in 512 4096 16384 32256; do run vocabulary "$vocabulary" 900 "$vocabulary" 2 0.5; done
for batch in 1 2 4; do run batch "$batch" 900 4096 "$batch" 0.5; done
for rate in 0 0.25 0.5 0.75 1; do run rate "$rate" 900 4096 2 "$rate"; done

"$python" - "$work/runs" "$out/growth.svg" <<'PY'
import json, sys
axes = {}
for line in open(sys.argv[1]):
    axis, value, result = line.split(" ", 2)
    r = json.loads(result)
    axes.setdefault(axis, []).append((float(value), r["step_cpu_median_s"], r["peak_rss_mib"]))
print("| axis | value | processor s a step | peak MiB |\n|---|---|---|---|")
svg = ['<svg xmlns="http://www.w3.org/2000/svg" width="880" height="260" font-family="sans-serif" font-size="11"><rect width="880" height="260" fill="white"/>']
for panel, (axis, points) in enumerate(axes.items()):
    left, bottom, width, height = 40 + 215 * panel, 215, 150, 170
    top_x = max(p[0] for p in points) or 1
    svg.append(f'<text x="{left + width / 2}" y="{bottom + 36}" text-anchor="middle">{axis}</text>')
    svg.append(f'<path d="M{left} {bottom - height}V{bottom}H{left + width}" fill="none" stroke="black"/>')
    for column, colour in ((1, "#0b62a4"), (2, "#c0504d")):
        top = max(p[column] for p in points) * 1.05
        place = [(left + width * p[0] / top_x, bottom - height * p[column] / top) for p in points]
        svg.append(f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in place)}"/>')
        svg += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in place]
        text = f"{top:.1f} s" if column == 1 else f"{top:.0f} MiB"
        svg.append(f'<text x="{left if column == 1 else left + width}" y="{bottom - height - 6}" fill="{colour}" text-anchor="{"start" if column == 1 else "end"}">{text}</text>')
    for x in sorted({points[0][0], points[-1][0]}):
        svg.append(f'<text x="{left + width * x / top_x:.1f}" y="{bottom + 16}" text-anchor="middle">{x:g}</text>')
    for value, seconds, memory in points:
        print(f"| {axis} | {value:g} | {seconds:.2f} | {memory:.0f} |")
svg.append('<text x="40" y="18"><tspan fill="#0b62a4">processor time a step</tspan> and <tspan fill="#c0504d">peak memory</tspan>; both axes start at 0, the label is the top</text></svg>')
open(sys.argv[2], "w").write("\n".join(svg) + "\n")
PY
