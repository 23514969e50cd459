#!/usr/bin/env bash
# Makes all that stands in this folder again: the tasks, the reflection sequences over them, and the pretrained base. Some twenty minutes on
# two cores. Tasks and samples come out the same to the byte (with the same Python), the base to the bit on the same CPU with as many threads,
# else with weights that differ and the same skill.
#   samples/demo/make.sh [DIR]    where the files go; this folder where left out
set -euo pipefail
output=$(realpath -m "${1:-$(dirname "$0")}")
cd "$(dirname "$0")/../.."
. eng/setup.sh
install_missing
dotnet build samples/Samples.slnf -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false
app() { local name=$1; shift; dotnet "samples/$name/bin/Release/net10.0/$name.dll" "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$output"

say "== Tasks, and reflection sequences over them"
app ComposeTasks tasks --train 500 --held-out 150 --output "$output/tasks.jsonl"
app BuildReflections --tasks "$output/tasks.jsonl" --output "$work/sequences" --per-task 1 --held-out-per-task 1 --max-mistakes 1
cp "$work"/sequences/reflection.{train,held_out}.jsonl "$work/sequences/manifest.json" "$output"
app ComposeTasks instructions --count 4000 --seed 11 --output "$output/instructions.train.jsonl"

say "== The base"
app ComposeTasks corpus --count 45000 --seed 1 --output "$work/corpus.jsonl"
app ComposeTasks tokenizer --texts "$work/corpus.jsonl" "$output/reflection.train.jsonl" --vocabulary-size 1024 --output "$work/start"
cp samples/configs/demo-llama.json "$work/start/config.json"
app FineTune --init "$work/start/config.json" --train "$work/corpus.jsonl" --no-distillation --max-steps 2600 \
  --per-device-train-batch-size 12 --gradient-accumulation-steps 1 --learning-rate 2e-3 --lr-scheduler-type linear --warmup-ratio 0.04 \
  --weight-decay 0.01 --device cpu --threads 2 --save-steps 0 --output "$work/base"
mkdir -p "$output/base"
rm -f "$output"/base/*
cp "$work"/base/{config,generation_config,tokenizer,tokenizer_config,special_tokens_map}.json "$work"/base/{chat_template.jinja,model.safetensors} \
  "$output/base"
du -sb "$output/base"
