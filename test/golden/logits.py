"""
Golden logits from Hugging Face transformers on small random GPT-2s, one for each way in which configurations differ.

    python test/golden/logits.py        # writes logits.json and the fixtures test/fixtures/random-gpt2/*
"""

import json
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel

here = Path(__file__).parent
fixtures = here.parent / "fixtures" / "random-gpt2"

SHAPE = dict(vocab_size=61, n_positions=48, n_embd=24, n_layer=3, n_head=3, bos_token_id=60, eos_token_id=60)
VARIANTS = {
    "plain": {},
    "untied-relu": dict(tie_word_embeddings=False, activation_function="relu", layer_norm_epsilon=1e-3),
    "inverse-layer": dict(scale_attn_by_inverse_layer_idx=True, activation_function="gelu", n_inner=40),
    "unscaled-half": dict(scale_attn_weights=False, activation_function="silu"),
}

golden = {}
for seed, (name, differences) in enumerate(VARIANTS.items()):
    torch.manual_seed(seed)
    model = GPT2LMHeadModel(GPT2Config(**SHAPE, **differences)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Far from the initialisation, where every weight would be 0 or 1 and errors would not show.
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (parameter.mean() > 0.5))
    if name.endswith("half"):
        model.half().save_pretrained(fixtures / name)
        model.float()
    else:
        model.save_pretrained(fixtures / name)
    (fixtures / name / "generation_config.json").unlink(missing_ok=True)
    ids = torch.randint(0, SHAPE["vocab_size"], (1, 40))
    with torch.no_grad():
        logits = model(ids).logits[0]
    golden[name] = {"ids": ids[0].tolist(), "logits": [[round(x, 6) for x in row] for row in logits.tolist()]}

(here / "logits.json").write_text(json.dumps(golden) + "\n")
