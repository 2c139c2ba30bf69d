"""
What transformers prints of a GPT-2 and its module names, for several shapes. Writes module_tree.json.

    python test/golden/module_tree.py
"""

import json
from pathlib import Path

from transformers import GPT2Config, GPT2LMHeadModel

SHAPES = [
    {"n_layer": 12, "n_head": 2, "n_embd": 8, "vocab_size": 50, "n_positions": 16},
    {"n_layer": 1, "n_head": 1, "n_embd": 4, "vocab_size": 7, "n_positions": 3, "activation_function": "gelu", "layer_norm_epsilon": 1e-6},
    {"n_layer": 2, "n_head": 2, "n_embd": 4, "vocab_size": 7, "n_positions": 3, "n_inner": 5, "activation_function": "relu", "embd_pdrop": 0.0, "resid_pdrop": 0.25, "attn_pdrop": 0.05, "layer_norm_epsilon": 0.001},
    {"n_layer": 2, "n_head": 2, "n_embd": 4, "vocab_size": 7, "n_positions": 3, "activation_function": "silu", "tie_word_embeddings": False},
    {"n_layer": 2, "n_head": 2, "n_embd": 4, "vocab_size": 7, "n_positions": 3, "activation_function": "tanh"},
]
golden = []
for shape in SHAPES:
    config = {"bos_token_id": 0, "eos_token_id": 0, **shape}
    model = GPT2LMHeadModel(GPT2Config(**config))
    golden.append({"config": config, "print": str(model), "names": [n for n, _ in model.named_modules()], "parameters": model.num_parameters()})
(Path(__file__).parent / "module_tree.json").write_text(json.dumps(golden, indent=1) + "\n")
