#!/usr/bin/env bash
# What to measure on a CUDA machine: the shim against that machine's PyTorch, the numbers' tests, and our side of the race (throughput and peak
# memory in bf16 and fp32 at mask rates 0, 0.5 and 1) on a Llama of about 1.3 billion parameters with samples of about 2,000 tokens.
#
#   benchmarks/cuda.sh          on a CUDA machine; the report goes to docs/benchmarks/cuda-DATE.md
#   benchmarks/cuda.sh --dry    the same steps at toy size on the CPU, to know that the script works; writes nothing that stays
#
# TorchSharp has no memory statistics of CUDA: the peak is what the driver reports for the device while a run goes on, polled.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/setup.sh
choose_flavor "$PWD"
dry= device=cuda
[ "${1:-}" = --dry ] && dry=1 device=cpu
[ -n "$dry" ] || command -v nvidia-smi >/dev/null || die "no nvidia-smi: this machine has no CUDA driver; --dry runs the script on the CPU"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
report=$work/report.md
if [ -n "$dry" ]; then
  model="--layers 2 --hidden 64 --heads 4 --vocab 512 --intermediate 128 --batch 2" steps=2 warmup=1 repeat=2
else
  model="--layers 24 --hidden 2048 --heads 16 --vocab 32256 --intermediate 5504 --batch 2 --gradient-checkpointing" steps=20 warmup=5 repeat=22
fi

dotnet build benchmarks/ReflectionCoder.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
program=benchmarks/ReflectionCoder.Benchmarks/bin/Release/net10.0/ReflectionCoder.Benchmarks.dll

# Samples of about 90 tokens a repetition; a reflection sequence of all three block types, then the answer in one go.
awk -v n=64 -v repeat="$repeat" 'BEGIN {
  for (r = 0; r < repeat; r++) code = code "value = item + 1\\n";
  for (i = 0; i < n; i++) printf "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"content\":\"Task %d: %s\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"content\":\"%s\"},{\"type\":\"code\",\"content\":\"%s\"},{\"type\":\"execution\",\"content\":\"%s\"}]},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"content\":\"Again.\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"code\",\"content\":\"%s\"}]}],\"type\":\"reflection\"}\n", i, code, code, code, code, code
}' >"$work/data.jsonl"

if [ -z "$dry" ]; then
  dotnet test tests/ReflectionCoder.Torch.Tests --nologo >&2
  dotnet test tests/ReflectionCoder.Training.Tests --nologo --filter "Category=Golden|Category=Invariant" >&2
fi

{
  echo "# CUDA, $(date -u +%F)"
  echo
  if [ -n "$dry" ]; then echo "Dry run on the CPU at toy size: the numbers mean nothing."; else nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader; fi
  echo
  echo "| dtype | mask rate | tokens/s | step s | peak MiB | products, share of the measured rate |"
  echo "|---|---|---|---|---|---|"
} >"$report"
for dtype in bfloat16 float32; do
  for rate in 0 0.5 1; do
    : >"$work/memory"
    poll=
    if [ -z "$dry" ]; then
      nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits --loop-ms=100 >"$work/memory" &
      poll=$!
    fi
    # shellcheck disable=SC2086
    dotnet "$program" race --data "$work/data.jsonl" $model --device "$device" --dtype "$dtype" --mask-rate "$rate" --steps "$steps" --warmup "$warmup" \
      --json "$work/run.json" >"$work/log" 2>&1 || { cat "$work/log" >&2; die "the run in $dtype at rate $rate failed"; }
    [ -z "$poll" ] || { kill "$poll"; wait "$poll" 2>/dev/null || true; }
    field() { sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p" "$work/run.json"; }
    peak=$(sort -n "$work/memory" | tail -n 1)
    printf '| %s | %s | %.1f | %.4f | %.0f | %.2f |\n' "$dtype" "$rate" "$(field tokens_per_s)" "$(field step_median_s)" "${peak:-$(field peak_rss_mib)}" \
      "$(field share_of_floor)" >>"$report"
  done
done
cat "$report"
[ -n "$dry" ] || cp "$report" "docs/benchmarks/cuda-$(date -u +%F).md"
