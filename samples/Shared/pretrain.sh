# Sourced by the scripts that make a small base: samples/demo/make.sh and samples/ReasoningTasks/make.sh, which define app and say.
# CONFIG=FILE pretrains another model than samples/configs/demo-llama.json, THREADS=N on so many threads in place of two.

pretrain() { # scratch folder, folder of the base, steps, corpus, further texts for the tokenizer
  local work=$1 base=$2 steps=$3 corpus=$4; shift 3
  app ComposeTasks tokenizer --texts "$@" --vocabulary-size 1024 --output "$work/start"
  cp "${CONFIG:-samples/configs/demo-llama.json}" "$work/start/config.json"
  app FineTune --init "$work/start/config.json" --train "$corpus" --no-distillation --max-steps "$steps" \
    --per-device-train-batch-size 12 --gradient-accumulation-steps 1 --learning-rate 2e-3 --lr-scheduler-type linear --warmup-ratio 0.04 \
    --weight-decay 0.01 --device cpu --threads "${THREADS:-2}" --save-steps 0 --output "$work/base"
  mkdir -p "$base"
  rm -f "$base"/*
  cp "$work"/base/{config,generation_config,tokenizer,tokenizer_config,special_tokens_map}.json "$work"/base/{chat_template.jinja,model.safetensors} \
    "$base"
  du -sb "$base"
}
