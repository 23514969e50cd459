#!/usr/bin/env python3
"""The reference's formulation of reflection self-distillation in plain PyTorch, for benchmarks/cuda.sh to race against.

Teacher rows and student rows make one padded batch of 2B rows, hidden tokens are masked out of attention, logits are whole; the loss is the mean
cross entropy of both halves plus KL(teacher || student). bfloat16 means float32 weights under autocast. Random-token masks hide ceil(n * rate) tokens.
Options are those of the race in ReflectionCoder.Benchmarks; ids are bytes and markers, so both sides train on the same tokens.
"""
import argparse, contextlib, json, math, resource, time

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

MARKERS = {"user": 256, "assistant": 257, "text": 258, "code": 259, "execution": 260}
END_BLOCK, END_MESSAGE, BOS, EOS = 261, 262, 263, 264


def options():
    p = argparse.ArgumentParser()
    p.add_argument("--data", required=True)
    for name, value in dict(layers=4, hidden=256, heads=8, intermediate=704, vocab=320, batch=2, steps=20, warmup=3, seed=3407, threads=2).items():
        p.add_argument("--" + name, type=int, default=value)
    p.add_argument("--mask-rate", type=float, default=0.5)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    p.add_argument("--device", default="cpu")
    p.add_argument("--gradient-checkpointing", action="store_true")
    p.add_argument("--json")
    return p.parse_args()


def encode(sample):
    """ids, labels, labels of the student half, and the bounds of the first assistant message's body."""
    ids, labels, last, body = [BOS], [-100], 0, None
    for m in sample["messages"]:
        start = len(ids)
        ids.append(MARKERS[m["role"]])
        labels.append(-100 if m["role"] == "user" else MARKERS["assistant"])
        for block in m["content"]:
            part = [MARKERS[block["type"]], *block["content"].encode(), END_BLOCK]
            ids += part
            labels += [-100] * len(part) if m["role"] == "user" or block["type"] == "execution" else part
        ids.append(END_MESSAGE)
        labels.append(-100 if m["role"] == "user" else END_MESSAGE)
        if m["role"] == "assistant":
            last, body = start, body or (start + 1, len(ids) - 1)
    ids.append(EOS)
    labels.append(EOS)
    return ids, labels, [-100] * last + ids[last:-1] + [-100], body


def visible(ids, body, rate, generator):
    """What the student half sees: of the first assistant message what the mask leaves, and all that follows."""
    first, end = body
    hidden = torch.randperm(end - first, generator=generator)[: math.ceil((end - first) * rate)]
    seen = torch.zeros(len(ids))
    seen[first:end] = 1
    seen[first + hidden] = 0
    seen[end + 1:] = 1
    return seen.tolist()


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        wide = x.float()
        return self.weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


class Layer(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.heads = o.heads
        self.norm1, self.norm2 = Norm(o.hidden), Norm(o.hidden)
        self.q, self.k, self.v, self.o = (nn.Linear(o.hidden, o.hidden, bias=False) for _ in range(4))
        self.gate, self.up, self.down = nn.Linear(o.hidden, o.intermediate, bias=False), nn.Linear(o.hidden, o.intermediate, bias=False), nn.Linear(o.intermediate, o.hidden, bias=False)

    def forward(self, x, cos, sin, keep):
        n = self.norm1(x)
        q, k, v = (p(n).view(*x.shape[:2], self.heads, -1).transpose(1, 2) for p in (self.q, self.k, self.v))

        def turn(u):
            a, b = u.chunk(2, -1)
            return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(v.dtype)
        q, k = turn(q), turn(k)
        if hasattr(F, "scaled_dot_product_attention"):
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=keep)
        else:
            y = (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).masked_fill(~keep, torch.finfo(q.dtype).min).softmax(-1) @ v
        x = x + self.o(y.transpose(1, 2).reshape(x.shape))
        n = self.norm2(x)
        return x + self.down(F.silu(self.gate(n)) * self.up(n))


class Llama(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.options = o
        self.embed, self.head = nn.Embedding(o.vocab, o.hidden), nn.Linear(o.hidden, o.vocab, bias=False)
        self.layers, self.norm = nn.ModuleList(Layer(o) for _ in range(o.layers)), Norm(o.hidden)
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids, seen):
        length, width = ids.shape[1], self.options.hidden // self.options.heads
        angles = torch.arange(length, device=ids.device)[:, None] / 10000 ** (torch.arange(0, width, 2, device=ids.device) / width)
        # Every query sees itself, or the softmax of a hidden one would have nothing to choose from.
        causal = torch.ones(length, length, dtype=torch.bool, device=ids.device).tril()
        keep = causal & (seen[:, None, None, :] | torch.eye(length, dtype=torch.bool, device=ids.device))
        x = self.embed(ids)
        for layer in self.layers:
            x = checkpoint(layer, x, angles.cos(), angles.sin(), keep) if self.options.gradient_checkpointing else layer(x, angles.cos(), angles.sin(), keep)
        return self.head(self.norm(x)).float()


def loss_of(logits, labels, student):
    both = torch.cat((labels, student))
    cross = F.cross_entropy(logits[:, :-1].flatten(0, 1), both[:, 1:].flatten())
    teacher, pupil = logits.chunk(2)
    where = student.ne(-100)
    return cross + F.kl_div(pupil[where].log_softmax(-1), teacher[where].softmax(-1).detach(), reduction="batchmean")


def operations(o, tokens, student, labels):
    """Of the products that the loss needs, whichever way it is computed: visible tokens and labelled rows alone. The same as the race's StepCost."""
    layer = o.hidden * (4 * o.hidden + 3 * o.intermediate)
    teacher, pupil = tokens / o.batch, student / o.batch
    attention = 7 * o.hidden * o.batch * (teacher ** 2 + pupil ** 2)
    return o.layers * (6 * layer * (tokens + student) + attention) + 6 * labels * o.hidden * o.vocab


def product_rate(o):
    """Operations a second of one large product in the dtype of the run."""
    size = 2048 if o.device == "cpu" else 8192
    a = torch.randn(size, size, device=o.device, dtype=getattr(torch, o.dtype))
    best = math.inf
    for _ in range(6):
        start = time.perf_counter()
        (a @ a)[0, 0].item()
        best = min(best, time.perf_counter() - start)
    return 2 * size ** 3 / best


def main():
    o = options()
    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    generator = torch.Generator().manual_seed(o.seed)
    samples = [encode(json.loads(line)) for line in open(o.data, encoding="utf-8")]
    model = Llama(o).to(o.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=o.lr, weight_decay=0)
    times, tokens, work = [], 0, 0.0
    for step in range(o.steps):
        batch = [samples[(step * o.batch + i) % len(samples)] for i in range(o.batch)]
        start, longest = time.perf_counter(), max(len(s[0]) for s in batch)

        def padded(rows, value):
            return torch.tensor([list(r) + [value] * (longest - len(r)) for r in rows], device=o.device)
        masks = [visible(s[0], s[3], o.mask_rate, generator) for s in batch]
        ids, labels, student = padded([s[0] for s in batch], 0), padded([s[1] for s in batch], -100), padded([s[2] for s in batch], -100)
        seen = torch.cat((padded([[1] * len(s[0]) for s in batch], 0), padded(masks, 0))).bool()
        with torch.autocast("cuda" if o.device != "cpu" else "cpu", torch.bfloat16) if o.dtype == "bfloat16" else contextlib.nullcontext():
            logits = model(torch.cat((ids, ids)), seen)
        loss = loss_of(logits, labels, student)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        last = loss.item()  # waits for the device
        if step >= min(o.warmup, o.steps - 1):
            times.append(time.perf_counter() - start)
            count = sum(len(s[0]) for s in batch)
            tokens += count
            work += operations(o, count, sum(map(sum, masks)), int((labels != -100).sum() + (student != -100).sum()))
    seconds = sum(times)
    result = dict(tokens_per_s=tokens / seconds, step_median_s=sorted(times)[len(times) // 2], share_of_floor=work / product_rate(o) / seconds,
                  peak_rss_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, torch=torch.__version__, loss_last=last)
    print(json.dumps(result))
    if o.json:
        with open(o.json, "w") as f:
            f.write(json.dumps(result, separators=(",", ":")))


if __name__ == "__main__":
    main()
