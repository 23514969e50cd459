#!/usr/bin/env python3
"""Models of random weights from transformers, for benchmarks/cuda.sh to compare our decoder with.

  parity.py make DIR                    DIR/NAME-DTYPE: a saved model (safetensors), ids.txt, and expected.bin, its logits in float32
  parity.py check DIR                   compares DIR/NAME-DTYPE/logits.bin (ours) with expected.bin, loads what we saved (DIR/NAME-DTYPE/saved) and
                                        compares its logits too; prints a table, exit code 1 if a difference is too large

Logits are computed where REFLECTIONCODER_DEVICE says (cpu by default).
"""
import array, os, sys

import torch
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, Qwen2Config

DEVICE = os.environ.get("REFLECTIONCODER_DEVICE", "cpu")
SHAPE = dict(vocab_size=320, hidden_size=64, intermediate_size=160, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=512, initializer_range=0.2, tie_word_embeddings=False, bos_token_id=1, eos_token_id=2)
CONFIGS = dict(llama=LlamaConfig(**SHAPE), mistral=MistralConfig(**SHAPE, sliding_window=None), qwen2=Qwen2Config(**SHAPE))
LIMITS = dict(float32=1e-4, bfloat16=0.05)  # of the largest difference, as a share of the largest logit


def cases(root):
    return [(name, dtype, os.path.join(root, f"{name}-{dtype}")) for name in CONFIGS for dtype in LIMITS]


def logits(model, folder):
    ids = torch.tensor([[int(i) for i in open(os.path.join(folder, "ids.txt")).read().split()]], device=DEVICE)
    with torch.no_grad():
        return model.to(DEVICE).eval()(ids).logits[0].float().cpu()


def stored(path, like):
    values = array.array("f")
    values.frombytes(open(path, "rb").read())
    return torch.tensor(values).view(like.shape)


def make(root):
    for name, dtype, folder in cases(root):
        torch.manual_seed(3407)
        os.makedirs(folder)
        model = AutoModelForCausalLM.from_config(CONFIGS[name]).to(getattr(torch, dtype))
        for key, p in model.named_parameters():
            if key.endswith("bias"):
                torch.nn.init.normal_(p, std=0.2)
        model.save_pretrained(folder, safe_serialization=True)
        open(os.path.join(folder, "ids.txt"), "w").write(" ".join(str((7 * i * i + 3) % 320) for i in range(100)))
        open(os.path.join(folder, "expected.bin"), "wb").write(array.array("f", logits(model, folder).flatten().tolist()).tobytes())


def check(root):
    worst = 0
    print("| model | dtype | ours against transformers | ours saved, loaded by transformers | limit |\n|---|---|---|---|---|")
    for name, dtype, folder in cases(root):
        model = AutoModelForCausalLM.from_pretrained(os.path.join(folder, "saved"), torch_dtype=getattr(torch, dtype))
        loaded = logits(model, folder)
        expected = stored(os.path.join(folder, "expected.bin"), loaded)
        ours, again = ((x - expected).abs().max().item() / expected.abs().max().item() for x in (stored(os.path.join(folder, "logits.bin"), loaded), loaded))
        worst = max(worst, ours / LIMITS[dtype], again / LIMITS[dtype])
        print(f"| {name} | {dtype} | {ours:.1e} | {again:.1e} | {LIMITS[dtype]} |")
    sys.exit(0 if worst <= 1 else 1)


dict(make=make, check=check)[sys.argv[1]](sys.argv[2])
