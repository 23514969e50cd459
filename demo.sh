#!/usr/bin/env bash
# The main job, end to end, on samples/data: trains a small decoder from scratch by reflection self-distillation, trains the same decoder
# by plain fine-tuning for as many steps on the same samples, compares both on held-out tasks, and runs what they write in the sandbox.
#   ./demo.sh            about six minutes on two cores
#   STEPS=20 ./demo.sh   shorter; the numbers then say little
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD
. eng/setup.sh
choose_flavor "$root"
install_missing

out=out/demo
steps=${STEPS:-120}
mkdir -p "$out"
if needs_build "$root" "$out/.built-$FLAVOR"; then
  say "building"
  for sample in FineTune Generate Evaluate; do
    dotnet build "samples/$sample/$sample.csproj" -c Release --nologo -v quiet -clp:NoSummary
  done
  touch "$out/.built-$FLAVOR"
fi
app() { local name=$1; shift; dotnet "samples/$name/bin/Release/net10.0/$name.dll" "$@"; }

data=samples/data
common=(--init samples/configs/tiny-llama.json
  --train "$data/reflection.train.jsonl" "$data/generation.train.jsonl"
  --validation "$data/reflection.held_out.jsonl"
  --max-steps "$steps" --per-device-train-batch-size 8 --gradient-accumulation-steps 1
  --learning-rate 3e-3 --max-len 2048 --device cpu --threads 2)

say "" "== reflection self-distillation, $steps steps"
rm -rf "$out/distilled" "$out/plain"
app FineTune "${common[@]}" --output "$out/distilled" --metrics "$out/distilled.metrics.jsonl"
say "" "== plain fine-tuning on the same samples, $steps steps"
app FineTune "${common[@]}" --no-distillation --output "$out/plain" --metrics "$out/plain.metrics.jsonl"
