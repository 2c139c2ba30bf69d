"""
Golden logits and greedy texts from Hugging Face transformers on small random models of Llama's family, one for each way
in which they differ.

    python test/golden/llama.py        # writes llama.json and the fixtures test/fixtures/random-llama/*
"""

import json
import shutil
from pathlib import Path

import torch
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

here = Path(__file__).parent
fixtures = here.parent / "fixtures" / "random-llama"

SHAPE = dict(
    vocab_size=80,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    max_position_embeddings=128,
    bos_token_id=1,
    eos_token_id=[2, 3],
    rms_norm_eps=1e-5,
)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
VARIANTS = {
    # grouped queries, Llama 3's frequencies, an untied head, biases
    "llama": (
        LlamaForCausalLM,
        LlamaConfig(
            **SHAPE,
            num_key_value_heads=2,
            attention_bias=True,
            mlp_bias=True,
            rope_parameters=dict(LLAMA3, rope_theta=10000.0, original_max_position_embeddings=32),
        ),
    ),
    # one head of keys for all, heads wider than their share, a window that the texts fit in
    "mistral": (
        MistralForCausalLM,
        MistralConfig(**SHAPE, num_key_value_heads=1, head_dim=16, sliding_window=112),
    ),
    # biases of queries, keys and values, a tied head, stretched positions
    "qwen2": (
        Qwen2ForCausalLM,
        Qwen2Config(
            **SHAPE,
            num_key_value_heads=2,
            tie_word_embeddings=True,
            rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=1000000.0),
        ),
    ),
    # normalized queries and keys, as many of one as of the other
    "qwen3": (
        Qwen3ForCausalLM,
        Qwen3Config(**SHAPE, num_key_value_heads=4, head_dim=16, tie_word_embeddings=True),
    ),
    # the same in bfloat16 and several files, with YaRN
    "qwen3-yarn-bf16": (
        Qwen3ForCausalLM,
        Qwen3Config(
            **SHAPE,
            num_key_value_heads=2,
            head_dim=8,
            rope_parameters=dict(
                rope_type="yarn", factor=4.0, rope_theta=10000.0, original_max_position_embeddings=32
            ),
        ),
    ),
}


def old_dialect(path):
    """config.json as transformers 4 wrote it."""
    config = json.loads(path.read_text())
    rope = config.pop("rope_parameters")
    config["rope_theta"] = rope.pop("rope_theta")
    config["rope_scaling"] = rope
    config["torch_dtype"] = config.pop("dtype")
    path.write_text(json.dumps(config, indent=2) + "\n")


golden = {}
shutil.rmtree(fixtures, ignore_errors=True)
for seed, (name, (Model, config)) in enumerate(VARIANTS.items()):
    torch.manual_seed(seed)
    model = Model(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Far from the initialization, where every weight would be 0 or 1 and errors would not show.
            parameter.copy_(torch.randn_like(parameter) * 0.4 + (parameter.mean() > 0.5))
    if name.endswith("bf16"):
        model.bfloat16().save_pretrained(fixtures / name, max_shard_size="20KB")
        # From the file: a model cast there and back would turn by frequencies rounded to bfloat16.
        model = Model.from_pretrained(fixtures / name, dtype=torch.float32).eval()
    else:
        model.save_pretrained(fixtures / name)
    if name == "llama":
        old_dialect(fixtures / name / "config.json")
    ids = torch.randint(4, SHAPE["vocab_size"], (1, 40))
    with torch.no_grad():
        logits = model(ids).logits[0]
        margin = 0
        while margin < 2e-3:  # a text whose every step has a clear winner
            text = torch.randint(4, SHAPE["vocab_size"], (1, 8))
            margin = 1e9
            while text.shape[1] < 8 + 64:  # an end does not end it: every step is compared
                last = model(text).logits[0, -1]
                best = last.topk(2).values
                margin = min(margin, float(best[0] - best[1]))
                text = torch.cat([text, last.argmax().reshape(1, 1)], dim=1)
    golden[name] = {
        "ids": ids[0].tolist(),
        "logits": [[round(x, 5) for x in row] for row in logits.tolist()],
        "prompt": text[0, :8].tolist(),
        "greedy": text[0, 8:].tolist(),
        "tree": str(model).splitlines(),
        "modules": [name for name, _ in model.named_modules()],
    }
    print(name, "margin", margin, "spread", float(logits.max() - logits.min()))

(here / "llama.json").write_text(json.dumps(golden) + "\n")
