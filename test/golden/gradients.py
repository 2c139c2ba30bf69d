"""Loss and gradients of tiny Hugging Face models with padding, by torch's autograd in float64.

python test/golden/gradients.py > test/golden/gradients.json      (torch 2.13, transformers 5.18)
Arrays are base64 of little-endian float32.
"""

import base64
import json

import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

CASES = {
    "usual": {},
    "unusual": dict(
        activation_function="gelu",
        n_inner=24,
        layer_norm_epsilon=1e-3,
        scale_attn_by_inverse_layer_idx=True,
        tie_word_embeddings=False,
    ),
    "unscaled": dict(activation_function="relu", scale_attn_weights=False),
}
FAMILY = dict(
    num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, hidden_size=16, intermediate_size=24,
    vocab_size=37, max_position_embeddings=20, bos_token_id=0, eos_token_id=0, attn_implementation="eager",
)
FAMILY_CASES = {
    "llama": (LlamaForCausalLM, LlamaConfig(
        **FAMILY, attention_bias=True, mlp_bias=True,
        rope_parameters=dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
                             rope_theta=100.0, original_max_position_embeddings=8),
    )),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**FAMILY, tie_word_embeddings=True)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**FAMILY, head_dim=8, tie_word_embeddings=True)),
}
ROWS, LENGTH, LENGTHS = 3, 12, [12, 8, 5]


def pack(tensor):
    return base64.b64encode(tensor.detach().float().numpy().tobytes()).decode()


def gpt2(options):
    torch.manual_seed(0)
    config = GPT2Config(
        n_layer=2, n_head=2, n_embd=16, vocab_size=37, n_positions=20, bos_token_id=0, eos_token_id=0,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, attn_implementation="eager", **options,
    )
    return case(GPT2LMHeadModel(config), config)


def family(Model, config):
    torch.manual_seed(0)
    return case(Model(config), config)


def case(model, config):
    model = model.train()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    weights = {name: pack(p) for name, p in model.named_parameters()}
    model = model.double()
    ids = torch.randint(0, 37, (ROWS, LENGTH))
    labels, mask = ids.clone(), torch.ones_like(ids)
    for row, length in enumerate(LENGTHS):
        labels[row, length:] = -100
        mask[row, length:] = 0
    loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    return {
        "config": config.to_dict(),
        "ids": ids.tolist(),
        "lengths": LENGTHS,
        "weights": weights,
        "loss": loss.item(),
        "gradients": {name: pack(p.grad) for name, p in model.named_parameters()},
    }


golden = {name: gpt2(options) for name, options in CASES.items()}
golden |= {name: family(*given) for name, given in FAMILY_CASES.items()}
print(json.dumps(golden))
