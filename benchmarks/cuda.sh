#!/usr/bin/env bash
# What to measure on a CUDA machine, in this order:
#   1. the numbers' tests with goldens on the device; training runs on the device in float32 and
#      bfloat16 against the same run in float64 on the CPU
#   2. the race: our trainer against the reference's formulation (benchmarks/cuda/peer.py) on a Llama of about 1.3 billion parameters with samples
#      of about 2,000 tokens, mask rates 0, 0.5 and 1: tokens/s with each sample counted once, peak memory, model FLOP utilisation
#   3. logits against transformers for Llama, Mistral and Qwen2 of random weights, safetensors both ways (benchmarks/cuda/parity.py)
#   4. the ablation: mask strategies against plain fine-tuning on samples/data
#
#   benchmarks/cuda.sh          on a CUDA machine; the report goes to docs/benchmarks/cuda-DATE.md
#   benchmarks/cuda.sh --dry    the same steps at toy size on the CPU, to know that the script works; writes nothing that stays
#
# PYTHON   interpreter with torch for the peer, and with transformers for the logits (default: the first of python3 and /usr/bin/python3 that has
#          torch). Without them those parts are skipped, and the report says so.
#
# TorchSharp has no memory statistics of CUDA: the peak is what the driver reports for the device while a run goes on, polled, on both sides.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/setup.sh
dry= device=cuda
[ "${1:-}" = --dry ] && dry=1 device=cpu
[ -z "$dry" ] || export OMP_WAIT_POLICY=passive # spinning threads slow toy steps on a busy machine a hundred times
[ -n "$dry" ] || command -v nvidia-smi >/dev/null || die "no nvidia-smi: this machine has no CUDA driver; --dry runs the script on the CPU"

work=$(mktemp -d)
poll=
trap '[ -z "$poll" ] || kill "$poll" 2>/dev/null; rm -rf "$work"' EXIT
report=$work/report.md
toy="--layers 2 --hidden 64 --heads 4 --vocab 512 --intermediate 128 --batch 2"
if [ -n "$dry" ]; then
  model=$toy steps=2 warmup=1 repeat=2 dtypes="bfloat16 float32" rates="0 1"
  ablation="--init samples/configs/tiny-llama.json --max-steps 2 --warmup-ratio 0 --learning-rate 1e-3 --per-device-train-batch-size 1 --max-eval-samples 1 --max-len 1200" strategies="none block"
else
  model="--layers 24 --hidden 2048 --heads 16 --vocab 32256 --intermediate 5504 --batch 2 --gradient-checkpointing" steps=20 warmup=5 repeat=22
  dtypes="bfloat16 float32" rates="0 0.5 1"
  sed 's/"hidden_size": [0-9]*/"hidden_size": 768/; s/"intermediate_size": [0-9]*/"intermediate_size": 2048/; s/"num_hidden_layers": [0-9]*/"num_hidden_layers": 12/;
    s/"num_attention_heads": [0-9]*/"num_attention_heads": 12/; s/"num_key_value_heads": [0-9]*/"num_key_value_heads": 12/' samples/configs/tiny-llama.json >"$work/ablation.json"
  ablation="--init $work/ablation.json --max-steps 2000 --per-device-train-batch-size 16 --learning-rate 3e-4 --dtype bfloat16"
  strategies="none all random-token sequential-token random-block sequential-block block"
fi

dotnet build benchmarks/ReflectionCoder.Benchmarks -c Release --nologo -v quiet -clp:NoSummary
dotnet build samples/FineTune -c Release --nologo -v quiet -clp:NoSummary
program=benchmarks/ReflectionCoder.Benchmarks/bin/Release/net10.0/ReflectionCoder.Benchmarks.dll
fine_tune=samples/FineTune/bin/Release/net10.0/FineTune.dll
[ -f "$fine_tune" ] || fine_tune=$(find samples/FineTune/bin/Release/net10.0 -name '*FineTune.dll' | head -n 1)

python=
for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
  if "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate; break; fi
done
skip() { say "" "**Skipped: $1**" >>"$report"; say "SKIPPED: $1" >&2; }

# data REPEAT: samples of about 90 tokens a repetition; a reflection sequence of all three block types, then the answer in one go.
data() {
  awk -v n=64 -v repeat="$1" 'BEGIN {
    for (r = 0; r < repeat; r++) code = code "value = item + 1\\n";
    for (i = 0; i < n; i++) printf "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"content\":\"Task %d: %s\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"content\":\"%s\"},{\"type\":\"code\",\"content\":\"%s\"},{\"type\":\"execution\",\"content\":\"%s\"}]},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"content\":\"Again.\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"code\",\"content\":\"%s\"}]}],\"type\":\"reflection\"}\n", i, code, code, code, code, code
  }'
}
data "$repeat" >"$work/data.jsonl"
data 2 >"$work/toy.jsonl"

{
  echo "# CUDA, $(date -u +%F)"
  echo
  if [ -n "$dry" ]; then echo "Dry run on the CPU at toy size: the numbers mean nothing."; else nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader; fi
  [ -z "$python" ] || "$python" -c 'import torch; print("PyTorch", torch.__version__)'
} >"$report"

if [ -z "$dry" ]; then
  REFLECTIONCODER_TEST_DEVICE=cuda dotnet test tests/ReflectionCoder.Training.Tests --nologo --filter "Category=Golden|Category=Invariant" >&2
fi

# trajectory DEVICE DTYPE: step, loss and gradient norm of a toy run; weights are drawn alike whatever the device and dtype.
trajectory() {
  # shellcheck disable=SC2086
  dotnet "$program" race --data "$work/toy.jsonl" $toy --device "$1" --dtype "$2" --mask random-token --steps 4 --warmup 1 | awk '/^step/ {print $2, $6, $12}'
}
trajectory cpu float64 >"$work/exact"
[ -s "$work/exact" ] || die "the float64 run gave no steps"
say "" "## Training against float64 on the CPU" "" "| dtype | loss, largest relative difference (limit) | gradient norm (limit) |" "|---|---|---|" >>"$report"
for limits in "float32 2e-5 2e-4" "bfloat16 0.03 0.1"; do
  read -r dtype loss_limit norm_limit <<<"$limits"
  trajectory "$device" "$dtype" >"$work/narrow"
  paste -d ' ' "$work/exact" "$work/narrow" | awk -v dtype="$dtype" -v a="$loss_limit" -v b="$norm_limit" '
    function off(x, y) { x = (y - x) / x; return x < 0 ? -x : x }
    NF != 6 { bad = 1 }
    { if (off($2, $5) > loss) loss = off($2, $5); if (off($3, $6) > norm) norm = off($3, $6) }
    END { printf "| %s | %.1e (%s) | %.1e (%s) |\n", dtype, loss, a, norm, b; exit bad || !(loss <= a && norm <= b) }' >>"$report" ||
    { cat "$report" >&2; die "training in $dtype on $device leaves float64"; }
done

# race SIDE DTYPE RATE COMMAND...: a row of the table.
race() {
  local side=$1 dtype=$2 rate=$3 peak
  shift 3
  : >"$work/memory"
  if [ -z "$dry" ]; then
    nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits --loop-ms=100 >"$work/memory" &
    poll=$!
  fi
  # shellcheck disable=SC2086
  if ! "$@" --data "$work/data.jsonl" $model --device "$device" --dtype "$dtype" --mask-rate "$rate" --steps "$steps" --warmup "$warmup" --json "$work/run.json" >"$work/log" 2>&1; then
    tail -n 5 "$work/log" >&2
    [ "$side" = peer ] || die "our run in $dtype at rate $rate failed"
    # The peer may run out of memory where we don't: that is a result.
    say "| $dtype | $rate | $side | failed: $(tail -n 1 "$work/log" | cut -c 1-80 | tr '|' ' ') | | | |" >>"$report"
  else
    field() { sed -n "s/.*\"$1\":\([0-9.eE+-]*\).*/\1/p" "$work/run.json"; }
    peak=$(sort -n "$work/memory" | tail -n 1)
    printf '| %s | %s | %s | %.1f | %.4f | %.0f | %.2f |\n' "$dtype" "$rate" "$side" "$(field tokens_per_s)" "$(field step_median_s)" \
      "${peak:-$(field peak_rss_mib)}" "$(field share_of_floor)" >>"$report"
  fi
  [ -z "$poll" ] || { kill "$poll"; wait "$poll" 2>/dev/null || true; poll=; }
}
say "" "## Race" "" "MFU: operations that the loss needs (the same for both sides), over time and the measured rate of one large product in that dtype." "" \
  "| dtype | mask rate | side | tokens/s | step s | peak MiB | MFU |" "|---|---|---|---|---|---|---|" >>"$report"
for dtype in $dtypes; do
  for rate in $rates; do
    race ours "$dtype" "$rate" dotnet "$program" race --mask random-token
    [ -z "$python" ] || race peer "$dtype" "$rate" "$python" benchmarks/cuda/peer.py
  done
done
[ -n "$python" ] || skip "the peer of the race: no Python with torch (python3-torch, or set PYTHON)"

say "" "## Logits against transformers" "" >>"$report"
if [ -n "$python" ] && "$python" -c 'import transformers, safetensors' 2>/dev/null; then
  export REFLECTIONCODER_DEVICE=$device
  "$python" benchmarks/cuda/parity.py make "$work/models" >&2
  for folder in "$work"/models/*; do dotnet "$program" logits --model "$folder" --device "$device"; done
  "$python" benchmarks/cuda/parity.py check "$work/models" >>"$report" || { cat "$report" >&2; die "logits differ from transformers'"; }
else
  skip "logits against transformers: no Python with torch, transformers and safetensors (set PYTHON)"
fi

say "" "## Ablation" "" "Mean negative log-likelihood a token of the final answers on held-out tasks, without a reflection sequence before them." "" \
  "| masks | at the start | at the end |" "|---|---|---|" >>"$report"
for strategy in $strategies; do
  masks="--mask $strategy"
  [ "$strategy" != none ] || masks=--no-distillation
  # shellcheck disable=SC2086
  dotnet "$fine_tune" $ablation $masks --train samples/data/reflection.train.jsonl --validation samples/data/reflection.held_out.jsonl --device "$device" \
    --save-steps 0 --output "$work/ablation-$strategy" --metrics "$work/metrics.jsonl" >"$work/log" 2>&1 || { tail -n 5 "$work/log" >&2; die "the ablation's run with $strategy failed"; }
  sed -n 's/.*"eval_nll":\([0-9.eE+-]*\).*/\1/p' "$work/metrics.jsonl" | awk -v name="$strategy" 'NR == 1 { first = $1 } END { if (NR < 2) exit 1; printf "| %s | %.4f | %.4f |\n", name, first, $1 }' \
    >>"$report" || die "the ablation's run with $strategy measured nothing"
  rm -rf "$work/ablation-$strategy" "$work/metrics.jsonl"
done

cat "$report"
[ -n "$dry" ] || cp "$report" "docs/benchmarks/cuda-$(date -u +%F).md"
