"""
Golden token probabilities from Hugging Face transformers' logits processors, in the order `generate` applies them.

    python test/golden/processors.py        # writes processors.json
"""

import json
from pathlib import Path

import torch
from transformers import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

torch.manual_seed(1)
cases = []
for temperature, top_k, top_p, penalty in [
    (1.0, 0, 1.0, 1.0),
    (0.7, 0, 1.0, 1.0),
    (1.5, 0, 0.9, 1.0),
    (1.0, 10, 1.0, 1.0),
    (0.8, 20, 0.6, 1.0),
    (1.0, 1, 1.0, 1.3),
    (0.05, 0, 0.95, 1.2),
    (2.0, 5, 0.05, 2.0),
    (1.2, 7, 0.8, 1.5),
    (1.0, 0, 1.0, 1.3),
    (1.0, 0, 0.8, 1.0),
]:
    logits = torch.randn(1, 50) * 4
    seen = torch.randint(0, 50, (1, 12))
    steps = LogitsProcessorList()
    if penalty != 1:
        steps.append(RepetitionPenaltyLogitsProcessor(penalty))
    if temperature != 1:
        steps.append(TemperatureLogitsWarper(temperature))
    if top_k:
        steps.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        steps.append(TopPLogitsWarper(top_p))
    probabilities = torch.softmax(steps(seen, logits.clone()).double(), -1)
    cases.append(
        {
            "settings": {"temperature": temperature, "topK": top_k, "topP": top_p, "repetitionPenalty": penalty},
            "seen": seen[0].tolist(),
            "logits": logits[0].tolist(),
            "probabilities": [round(p, 9) for p in probabilities[0].tolist()],
        }
    )
(Path(__file__).parent / "processors.json").write_text(json.dumps(cases) + "\n")
