#!/usr/bin/env bash
# The main job, end to end: fine-tunes a small pretrained decoder (samples/demo/base) by reflection self-distillation, and for as many steps on
# the same samples by plain fine-tuning; then lets base and both models answer held-out tasks in one go, and runs the answers in the sandbox.
#   ./demo.sh             some four minutes on two cores
#   SEED=2 ./demo.sh      another order of samples and other masks
#   STEPS=10 ./demo.sh    shorter; the numbers then say little
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD
. eng/setup.sh
install_missing

out=out/demo
steps=${STEPS:-450}
tasks=${TASKS:-150}
seed=${SEED:-3407}
mkdir -p "$out"
if needs_build "$root" "$out/.built"; then
  say "building"
  # Analysis is CI's affair; without it the build takes half the time.
  dotnet build samples/Samples.slnf -c Release --nologo -v quiet -clp:NoSummary -p:RunAnalyzers=false >"$out/build.log" 2>&1 ||
    { cat "$out/build.log" >&2; die "the build failed"; }
  touch "$out/.built"
fi
# Training takes a third less memory with tcmalloc (Debian: libtcmalloc-minimal4) than with glibc's allocator, and is no slower (docs/memory.md).
tcmalloc=$(find /usr/lib /usr/lib64 -name 'libtcmalloc_minimal.so.4' -print -quit 2>/dev/null || true)
app() { local name=$1; shift; dotnet "samples/$name/bin/Release/net10.0/$name.dll" "$@"; }

data=samples/demo
train() { # name, further options
  local name=$1; shift
  LD_PRELOAD=${LD_PRELOAD:-$tcmalloc} app FineTune --model "$data/base" \
    --train "$data/reflection.train.jsonl" "$data/instructions.train.jsonl" --validation "$data/reflection.held_out.jsonl" \
    --max-eval-samples 48 --max-steps "$steps" --per-device-train-batch-size 8 --gradient-accumulation-steps 1 --learning-rate 1.5e-3 \
    --seed "$seed" --device cpu --threads "$(nproc)" --save-steps 0 \
    --output "$out/$name" --overwrite-output-dir --metrics "$out/$name.metrics.jsonl" "$@"
}
answer() { # name, folder of the model: answers the held-out tasks and runs the answers
  rm -f "$out/$1".answers.jsonl "$out/$1".report.*
  app Generate --model "$2" --tasks "$data/tasks.jsonl" --split held_out --limit "$tasks" --max-new-tokens 160 --batch-size 32 --device cpu \
    --output "$out/$1.answers.jsonl" 2>"$out/$1.answers.log" || { cat "$out/$1.answers.log" >&2; die "no answers"; }
  app Evaluate --problems "$data/tasks.jsonl" --split held_out --completions "$out/$1.answers.jsonl" --report "$out/$1.report.json" >"$out/$1.report.log" ||
    { cat "$out/$1.report.log" >&2; die "the answers could not be run"; }
}

say "" "== Reflection self-distillation: $steps steps"
train distilled
say "" "== Plain fine-tuning, the same samples: $steps steps"
train plain --no-distillation

say "" "== Answers to $tasks held-out tasks, in one go, run in the sandbox"
answer base "$data/base"
answer plain "$out/plain"
answer distilled "$out/distilled"
app CompareRuns --title "The demo: plain fine-tuning and reflection self-distillation" --tasks "$data/tasks.jsonl" --output "$out/demo.html" \
  --runs "plain=$out/plain.metrics.jsonl" "distilled=$out/distilled.metrics.jsonl" \
  --evaluations "base=$out/base.report.json" "plain=$out/plain.report.json" "distilled=$out/distilled.report.json"

say "" "curves: $out/demo.html; answers and what became of them: $out/*.report.html; models: $out/plain, $out/distilled" ""
for name in base plain distilled; do
  say "pass@1 $name: $(sed -n 's/^ *pass@1 *\([0-9.]* %\).*/\1/p' "$out/$name.report.log")"
done
