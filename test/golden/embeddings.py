"""
Golden embeddings from Hugging Face transformers on the random models of test/fixtures: the mean of the last hidden states
(after the last normalization) that the tokens from `from` on were predicted from.

    python test/golden/embeddings.py        # writes embeddings.json
"""

import json
from pathlib import Path

import torch
from transformers import AutoModel

here = Path(__file__).parent
golden = {}
for path, file in [
    ("random-gpt2/plain", "logits.json"),
    ("random-gpt2/inverse-layer", "logits.json"),
    ("random-llama/llama", "llama.json"),
    ("random-llama/qwen3", "llama.json"),
]:
    family, name = path.split("/")
    ids = json.loads((here / file).read_text())[name]["ids"]
    model = AutoModel.from_pretrained(here.parent / "fixtures" / path, dtype=torch.float32).eval()
    with torch.no_grad():
        states = model(torch.tensor([ids[:-1]])).last_hidden_state[0]
    golden[path] = {"ids": ids, "from": 5, "embedding": [round(x, 6) for x in states[4:].mean(0).tolist()]}

(here / "embeddings.json").write_text(json.dumps(golden) + "\n")
