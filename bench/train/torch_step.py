"""The same steps in eager PyTorch. Each JSON line {rows, length} on stdin is answered with {seconds, loss, peak}.

Arguments: model folder, threads, fp32 | bf16, full | lora. LoRA is PEFT's, with the rank and layers that Chispa's has.
"""

import json
import os
import resource
import sys
import time

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import torch
from transformers import AutoModelForCausalLM

path, threads, precision, mode = sys.argv[1:5]
torch.set_num_threads(int(threads))
model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).train()
for module in model.modules():
    if isinstance(module, torch.nn.Dropout):
        module.p = 0.0
if mode == "lora":
    from peft import LoraConfig, get_peft_model

    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", lora_dropout=0.0))
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=2e-5, weight_decay=0.01)
print("ready", flush=True)
for line in sys.stdin:
    job = json.loads(line)
    ids = torch.randint(0, model.config.vocab_size, (job["rows"], job["length"]))
    began = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
        loss = model(ids, labels=ids).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "loss": loss.item(), "peak": peak}), flush=True)
