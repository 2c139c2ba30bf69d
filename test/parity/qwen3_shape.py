"""A model of Qwen3-0.6B's shape, with random bfloat16 weights in two files, predicts what it predicts in transformers.

Imports it with `chispa model import` and compares the log probabilities of the 20 likeliest next tokens after a few texts
(`chispa next`, float32) with those of transformers. Needs 6 GB of memory and 5 GB of disk. Run from the repository: python test/parity/qwen3_shape.py
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import torch
from transformers import AutoTokenizer, Qwen3Config, Qwen3ForCausalLM

TOLERANCE = 2e-5
TEXTS = ["Había una vez", "- Doctor, me siento como un", "¿Qué le dice una nube a otra?"]
folder = Path(tempfile.mkdtemp())


def chispa(*arguments):
    command = ["node", "--import", "tsx", "src/cli/main.ts", *map(str, arguments)]
    environment = {**os.environ, "MODELS_DIR": str(folder / "models")}
    run = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return run.stdout


try:
    tokenizer = AutoTokenizer.from_pretrained("models/mini-es")
    end = tokenizer.eos_token_id
    config = Qwen3Config(
        vocab_size=151936,
        hidden_size=1024,
        intermediate_size=3072,
        num_hidden_layers=28,
        num_attention_heads=16,
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=512,
        rope_theta=1_000_000,
        tie_word_embeddings=True,
        bos_token_id=end,
        eos_token_id=end,
    )
    torch.manual_seed(1)
    model = Qwen3ForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder / "random", max_shard_size="800MB")
    tokenizer.save_pretrained(folder / "random")
    # Read anew, because .to(bfloat16) rounds the rotary frequencies, too.
    model = Qwen3ForCausalLM.from_pretrained(folder / "random", dtype=torch.float32).eval()
    chispa("model", "import", folder / "random", "--name", "random")
    for text in TEXTS:
        answer = json.loads(chispa("next", text, "--model", "random", "--top", 20, "--json").splitlines()[-1])
        with torch.no_grad():
            theirs = model(torch.tensor([answer["tokens"]])).logits[0, -1].log_softmax(-1)
        ours = torch.tensor([choice["p"] for choice in answer["choices"]]).log()
        ids = [choice["id"] for choice in answer["choices"]]
        difference = (ours - theirs[ids]).abs().max().item()
        likeliest = ids[0] == theirs.argmax().item()
        print(f"{text}: log probabilities differ by at most {difference:.1e}, the same likeliest token: {likeliest}")
        assert difference < TOLERANCE and likeliest
finally:
    shutil.rmtree(folder)
