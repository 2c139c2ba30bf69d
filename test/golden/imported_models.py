"""
Random GPT-2s as PyTorch saves them, with the logits and the greedy continuation that transformers gives for each.

    python test/golden/imported_models.py      # writes imported_models.json and test/fixtures/imported-models
"""

import json
import shutil
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

torch.set_num_threads(1)
HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "fixtures/imported-models"

# vocab_size is larger than the test tokenizer's 257 in all of them.
SHAPES = {
    "fp32": {"n_embd": 16, "n_layer": 2, "n_head": 2, "eos_token_id": 256, "bos_token_id": 256},
    "fp16": {"n_embd": 24, "n_layer": 3, "n_head": 1, "n_inner": 40, "layer_norm_epsilon": 1e-6, "eos_token_id": 2, "bos_token_id": 0, "pad_token_id": 1},
    "bf16": {"n_embd": 12, "n_layer": 4, "n_head": 3, "activation_function": "gelu", "scale_attn_by_inverse_layer_idx": True, "eos_token_id": 256, "bos_token_id": 5},
    "untied": {"n_embd": 20, "n_layer": 1, "n_head": 5, "activation_function": "relu", "tie_word_embeddings": False, "scale_attn_weights": False, "eos_token_id": 256, "bos_token_id": None},
    "tanh": {"n_embd": 8, "n_layer": 5, "n_head": 4, "activation_function": "tanh", "n_inner": 8, "eos_token_id": 7, "bos_token_id": 7},
}
DTYPES = {"fp16": torch.float16, "bf16": torch.bfloat16}

if OUT.exists():
    shutil.rmtree(OUT)
golden = {}
for name, shape in SHAPES.items():
    fields = {"vocab_size": 300, "n_positions": 96, **shape}
    for seed in range(1000):
        torch.manual_seed(seed)
        model = GPT2LMHeadModel(GPT2Config(**fields)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn_like(parameter) * 0.25 + (parameter.mean() > 0.5))
        stored = model.to(DTYPES.get(name, torch.float32)).state_dict()
        state = {key: tensor.clone() for key, tensor in stored.items() if key != "lm_head.weight" or name == "untied"}
        if name == "fp16":
            state = {key.removeprefix("transformer."): tensor for key, tensor in state.items()}
        model.float()
        prompt = torch.randint(32, 127, (1, 8))  # printable, so that it survives being written
        with torch.no_grad():
            ids = prompt
            margin = float("inf")
            for _ in range(64):
                top = model(ids).logits[0, -1].topk(2)
                margin = min(margin, float(top.values[0] - top.values[1]))
                ids = torch.cat([ids, top.indices[:1].view(1, 1)], 1)
            logits = model(ids).logits[0]
        greedy = ids[0, 8:].tolist()
        # A choice by a hair would test rounding; a text that says one thing would test nothing.
        if margin > 1e-3 and len(set(greedy)) > 5 and fields["eos_token_id"] not in greedy:
            break
    else:
        raise SystemExit(f"no good seed for {name}")
    (OUT / name).mkdir(parents=True)
    (OUT / name / "config.json").write_text(json.dumps({"model_type": "gpt2", **fields}, indent=1) + "\n")
    torch.save(state, OUT / name / "pytorch_model.bin")
    kept = list(range(0, 72, 5))
    golden[name] = {"prompt": prompt[0].tolist(), "greedy": greedy, "positions": kept, "logits": [[round(x, 6) for x in logits[i].tolist()] for i in kept]}
    print(name, seed, margin, len(set(greedy)))
(OUT / "ORIGIN.md").write_text("Made by test/golden/imported_models.py with random weights; ours.\n")
(HERE / "imported_models.json").write_text(json.dumps(golden, separators=(",", ":")).replace("]],", "]],\n") + "\n")
