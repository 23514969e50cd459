#!/usr/bin/env bash
# The main job, end to end, on samples/data: trains a small decoder from scratch by reflection self-distillation, trains the same decoder
# by plain fine-tuning for as many steps on the same samples, measures both on held-out tasks, and runs what they write in the sandbox.
#   ./demo.sh             some six minutes on two cores
#   STEPS=10 ./demo.sh    shorter; the numbers then say little
set -euo pipefail
cd "$(dirname "$0")"
root=$PWD
. eng/setup.sh
install_missing

out=out/demo
steps=${STEPS:-160}
tasks=${TASKS:-20}
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

data=samples/data
train() { # name, further options
  local name=$1; shift
  LD_PRELOAD=${LD_PRELOAD:-$tcmalloc} app FineTune --init samples/configs/demo-llama.json --train-tokenizer \
    --train "$data/reflection.train.jsonl" "$data/generation.train.jsonl" --validation "$data/reflection.held_out.jsonl" \
    --max-steps "$steps" --per-device-train-batch-size 4 --gradient-accumulation-steps 1 --learning-rate 3e-3 \
    --max-eval-samples 24 --device cpu --threads "$(nproc)" --save-steps 50 --save-total-limit 1 \
    --output "$out/$name" --overwrite-output-dir --metrics "$out/$name.metrics.jsonl" "$@"
}
# The first or last value that a run measured on the held-out samples.
measured() { grep -o "\"$2\":[-0-9.eE+]*" "$out/$1.metrics.jsonl" | sed 's/.*://' | "$3" -n 1; }
answer() { # name: answers the held-out tasks and runs the answers
  rm -f "$out/$1".report.*
  app Generate --model "$out/$1" --tasks "$data/tasks.jsonl" --split held_out --limit "$tasks" --max-new-tokens 120 --device cpu \
    --output "$out/$1.answers.jsonl"
  app Evaluate --problems "$data/tasks.jsonl" --split held_out --completions "$out/$1.answers.jsonl" \
    --report "$out/$1.report.json"
}

say "" "== Reflection self-distillation: $steps steps"
train distilled
say "" "== Plain fine-tuning, the same samples: $steps steps"
train plain --no-distillation

say "" "== Answers to $tasks held-out tasks, run in the sandbox"
for name in distilled plain; do
  say "-- $name"
  answer "$name"
done
say "" "The distilled model's first answer:"
head -n 1 "$out/distilled.answers.jsonl"

row() { printf '%-22s %22s %22s\n' "$@"; }
say "" "== Held-out samples, in nats"
row "" "one-off NLL a token" "KL at mask rate 1"
row "untrained" "$(measured distilled eval_nll head)" "$(measured distilled eval_kl head)"
row "plain fine-tuning" "$(measured plain eval_nll tail)" "$(measured plain eval_kl tail)"
row "self-distillation" "$(measured distilled eval_nll tail)" "$(measured distilled eval_kl tail)"
say "training loss of self-distillation: $(measured distilled loss head) at the first step, $(measured distilled loss tail) at the last"
say "model and checkpoint: $out/distilled; metrics: $out/*.metrics.jsonl; answers and what became of them: $out/*.answers.jsonl, $out/*.report.html"
