"""
State dicts as real PyTorch writes them, in every form an import meets, and files no import may take.

    python test/golden/torch_files.py      # writes test/fixtures/torch

All good files hold the weights of expected.safetensors (whose numbers bfloat16 can hold) for config.json.
"""

import json
import os
import pickle
import shutil
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

OUT = Path(__file__).resolve().parents[2] / "test/fixtures/torch"
GOOD, BAD = OUT / "good", OUT / "bad"


def save(path: Path, state, **options) -> None:
    torch.save(state, path, **options)


def good() -> OrderedDict:
    torch.manual_seed(4)
    fields = {"vocab_size": 257, "n_positions": 8, "n_embd": 4, "n_layer": 1, "n_head": 2, "bos_token_id": 256, "eos_token_id": 256}
    (OUT / "config.json").write_text(json.dumps({"model_type": "gpt2", **fields}, indent=2) + "\n")
    model = GPT2LMHeadModel(GPT2Config(**fields))
    state = OrderedDict((name, torch.randn_like(t).bfloat16().float()) for name, t in model.state_dict().items() if name != "lm_head.weight")
    save_file(state, OUT / "expected.safetensors", metadata={"format": "pt"})

    # What GPT2LMHeadModel.state_dict() gives: the head is the very tensor of the embedding.
    tied = OrderedDict(state, **{"lm_head.weight": state["transformer.wte.weight"]})
    save(GOOD / "fp32-shared-head.bin", tied)
    tied._metadata = OrderedDict([("", {"version": 1}), ("transformer", {"version": 1})])
    save(GOOD / "fp32-metadata.bin", tied)
    save(GOOD / "fp16.bin", {name: t.half() for name, t in state.items()})
    save(GOOD / "bf16.bin", {name: t.bfloat16() for name, t in state.items()})
    save(GOOD / "fp64.bin", {name: t.double() for name, t in state.items()})
    save(GOOD / "no-prefix.bin", {name.removeprefix("transformer."): t for name, t in state.items()})
    buffers = {
        "transformer.h.0.attn.bias": torch.tril(torch.ones(8, 8, dtype=torch.uint8)).view(1, 1, 8, 8),
        "transformer.h.0.attn.masked_bias": torch.tensor(float("-inf")),
    }
    save(GOOD / "buffers.bin", OrderedDict(state, **buffers))
    save(GOOD / "equal-head.bin", OrderedDict(state, **{"lm_head.weight": state["transformer.wte.weight"].clone()}))

    flat = torch.cat([t.reshape(-1) for t in state.values()])
    views, start = OrderedDict(), 0
    for name, t in state.items():
        views[name] = flat[start : start + t.numel()].view(t.shape)
        start += t.numel()
    save(GOOD / "one-storage.bin", views)
    save(GOOD / "transposed.bin", OrderedDict((n, t.t().contiguous().t() if t.dim() == 2 else t) for n, t in state.items()))
    save(GOOD / "parameters.bin", OrderedDict((name, torch.nn.Parameter(t)) for name, t in state.items()))
    save(GOOD / "protocol4.bin", dict(state), pickle_protocol=4)
    save(GOOD / "protocol5.bin", dict(state), pickle_protocol=5)
    return state


class Command:
    def __reduce__(self):
        return os.system, ("touch chispa-was-here",)


class Eval:
    def __reduce__(self):
        return eval, ("__import__('os').system('touch chispa-was-here')",)


def bad(state: OrderedDict) -> None:
    save(BAD / "separate-head.bin", OrderedDict(state, **{"lm_head.weight": state["transformer.wte.weight"] + 1}))
    name = "transformer.h.0.mlp.c_fc.weight"
    save(BAD / "nan.bin", OrderedDict(state, **{name: state[name].clone().fill_(float("nan"))}))
    save(BAD / "inf-fp16.bin", OrderedDict((n, t.half().index_fill(0, torch.tensor([1]), float("-inf")) if n == name else t.half()) for n, t in state.items()))
    save(BAD / "integers.bin", OrderedDict(state, **{name: state[name].long()}))
    save(BAD / "expanded.bin", OrderedDict(state, **{name: torch.zeros(1, 1).expand(state[name].shape)}))
    save(BAD / "unknown-weight.bin", OrderedDict(state, **{"transformer.h.0.crossattention.bias": torch.zeros(4)}))
    save(BAD / "legacy.bin", state, _use_new_zipfile_serialization=False)
    save(BAD / "os-system.bin", OrderedDict(state, evil=Command()))
    save(BAD / "nested-eval.bin", {"model": [{"deep": (state, [Eval()])}]})
    save(BAD / "whole-module.bin", torch.nn.Linear(2, 2))
    save(BAD / "nested-dict.bin", {"state_dict": state})
    save(BAD / "list.bin", list(state.values()))
    save(BAD / "sparse.bin", OrderedDict(state, **{name: state[name].to_sparse()}))
    save(BAD / "quantized.bin", OrderedDict(state, **{name: torch.quantize_per_tensor(state[name], 0.1, 0, torch.qint8)}))
    torch.jit.script(torch.nn.Linear(2, 2)).save(BAD / "torchscript.bin")
    with zipfile.ZipFile(BAD / "no-pickle.bin", "w") as archive:
        archive.writestr("a/b.txt", "nothing")
    with zipfile.ZipFile(BAD / "zip-bomb.bin", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", b"\0" * 50_000_000)

    laughs = [b"\x80\x02", b"]q\x00"]
    for i in range(200):  # each list holds the last one twice: 2^200 items when somebody expands it
        laughs.append(b"](" + (b"h" + bytes([i])) * 2 + b"eq" + bytes([i + 1]))
    with zipfile.ZipFile(BAD / "billion-laughs.bin", "w") as archive:
        archive.writestr("laughs/data.pkl", b"".join(laughs) + b".")
    loop = []
    loop.append(loop)
    with zipfile.ZipFile(BAD / "itself.bin", "w") as archive:
        archive.writestr("loop/data.pkl", pickle.dumps(loop, protocol=2))


if OUT.exists():
    shutil.rmtree(OUT)
GOOD.mkdir(parents=True)
BAD.mkdir()
bad(good())
(OUT / "ORIGIN.md").write_text("Made by test/golden/torch_files.py with random weights; ours.\n")
