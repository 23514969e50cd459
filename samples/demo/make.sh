#!/usr/bin/env bash
# Makes all that stands in this folder again: the tasks, the reflection sequences over them, and the pretrained base. Some twenty minutes on
# two cores. Tasks and samples come out the same to the byte (with the same Python), the base to the bit on the same CPU with as many threads,
# else with weights that differ and the same skill.
#   samples/demo/make.sh [DIR]    where the files go; this folder where left out
# With CONFIG=samples/configs/demo-llama-absolute.json the base has learned absolute positions, with samples/configs/demo-smollm3-nope.json none,
# for the study of them (docs/evidence.md).
set -euo pipefail
output=$(realpath -m "${1:-$(dirname "$0")}")
cd "$(dirname "$0")/../.."
. eng/setup.sh
. samples/Shared/pretrain.sh
install_missing
dotnet build samples/Samples.slnf -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false
app() { local name=$1; shift; dotnet "samples/$name/bin/Release/net10.0/$name.dll" "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$output"

say "== Tasks, and reflection sequences over them"
app ComposeTasks tasks --train 500 --held-out 150 --output "$output/tasks.jsonl"
app ComposeTasks tasks --train 120 --held-out 0 --seed 77 --output "$output/familiar.jsonl"
app BuildReflections --tasks "$output/tasks.jsonl" --output "$work/sequences" --per-task 1 --held-out-per-task 1 --max-mistakes 1
cp "$work"/sequences/reflection.{train,held_out}.jsonl "$work/sequences/manifest.json" "$output"
app ComposeTasks instructions --count 4000 --seed 11 --output "$output/instructions.train.jsonl"

say "== The base"
app ComposeTasks corpus --count 45000 --seed 1 --output "$work/corpus.jsonl"
pretrain "$work" "$output/base" 2600 "$work/corpus.jsonl" "$output/reflection.train.jsonl"
