"""A model that `chispa train` wrote loads in Hugging Face transformers and means the same loss there.

Trains the bundled model on 40 jokes of the house, all of it and by an adapter, and compares the mean loss per predicted token
with what `chispa evaluate` says; then rebuilds the merged weights of the second from its adapter (PEFT's layout).
Run from the repository: python test/parity/trained_model.py
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

TOLERANCE = 1e-4
folder = Path(tempfile.mkdtemp())


def chispa(*arguments):
    command = ["node", "--import", "tsx", "src/cli/main.ts", *map(str, arguments), "--json"]
    environment = {**os.environ, "MODELS_DIR": str(folder)}
    run = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(run.stdout.splitlines()[-1])


def loss_of(path, jokes):
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(path)
    total = count = 0
    for joke in jokes:
        end = [tokenizer.eos_token_id]
        ids = torch.tensor([(end + tokenizer(joke)["input_ids"] + end)[: model.config.n_positions]])
        predicted = ids.shape[1] - 1
        with torch.no_grad():
            total += model(ids, labels=ids).loss.item() * predicted
        count += predicted
    return total / count


blocks = Path("corpus/jokes/animales.txt").read_text(encoding="utf-8").strip().split("\n\n")[1:]
# Without «…», which `chispa` reads as "…".
jokes = [block.partition("\n")[2] for block in blocks if "«" not in block][:40]
corpus = folder / "corpus.jsonl"
corpus.write_text("\n".join(json.dumps({"text": joke}) for joke in jokes), encoding="utf-8")

train = ["train", "--corpus", corpus, "--model", "mini-es", "--epochs", 1, "--learning-rate", 1e-3]
full = chispa(*train, "--name", "full")["model"]
lora = chispa(*train, "--name", "lora", "--mode", "lora", "--rank", 4, "--alpha", 8)["model"]
for path in (full, lora):
    ours = chispa("evaluate", "--model", path, "--corpus", corpus, "--samples", 1)["loss"]
    theirs = loss_of(path, jokes)
    print(f"{Path(path).name}: loss {ours:.6f}, in transformers {theirs:.6f}")
    assert abs(ours - theirs) < TOLERANCE

base = {
    name: tensor.float()
    for name, tensor in load_file("models/mini-es/model.safetensors").items()
}
merged = load_file(f"{lora}/model.safetensors")
adapter = load_file(f"{lora}/adapter/adapter_model.safetensors")
config = json.load(open(f"{lora}/adapter/adapter_config.json"))
scale = config["lora_alpha"] / config["r"]
changed = 0
for name, weight in merged.items():
    layer = "base_model.model." + name.removesuffix(".weight")
    expected = base[name if name in base else name.removeprefix("transformer.")]
    if layer + ".lora_A.weight" in adapter:
        a, b = adapter[layer + ".lora_A.weight"], adapter[layer + ".lora_B.weight"]
        expected = expected + scale * (b @ a).T
        changed += 1
    assert torch.allclose(weight, expected, atol=1e-6), name
print(f"adapter: {changed} weights rebuilt")
assert changed == 24
