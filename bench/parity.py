"""The Hugging Face Trainer's half of bench/parity.ts: the notebook's cells 15 to 17 on the same batches.

Reads {model, epochs, validation, batch, arguments} from the file given as the first argument, where `epochs` and
`validation` are token ids in the order of use. Writes every step's loss, the logged training losses, and the evaluation
losses to the file given as the second.
"""

import json
import sys
import tempfile

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    Trainer,
    TrainingArguments,
)

torch.set_num_threads(1)
job = json.load(open(sys.argv[1]))
model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32)
for module in model.modules():
    if isinstance(module, torch.nn.Dropout):
        module.p = 0.0
tokenizer = AutoTokenizer.from_pretrained(job["model"])
tokenizer.pad_token = tokenizer.eos_token

texts = [ids for epoch in job["epochs"] for ids in epoch]
per_epoch = len(job["epochs"][0])
losses = []


class InOrder(torch.utils.data.Sampler):
    """Yields the given order, epoch by epoch."""

    passes = 0

    def __len__(self):
        return per_epoch

    def __iter__(self):
        start = InOrder.passes * per_epoch
        InOrder.passes += 1
        return iter(range(start, start + per_epoch))


class GivenOrder(Trainer):
    def _get_train_sampler(self, *_):
        return InOrder()

    def compute_loss(self, model, inputs, *args, **kwargs):
        result = super().compute_loss(model, inputs, *args, **kwargs)
        if model.training:
            losses.append((result[0] if isinstance(result, tuple) else result).item())
        return result


class Texts(torch.utils.data.Dataset):
    def __init__(self, items, length):
        self.items, self.length = items, length

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return {"input_ids": self.items[index]}


trainer = GivenOrder(
    model=model,
    args=TrainingArguments(
        output_dir=tempfile.mkdtemp(),
        num_train_epochs=len(job["epochs"]),
        per_device_train_batch_size=job["batch"],
        per_device_eval_batch_size=job["batch"],
        eval_strategy="epoch",
        save_strategy="no",
        logging_steps=per_epoch // job["batch"],
        disable_tqdm=True,
        report_to="none",
        use_cpu=True,
        **job["arguments"],
    ),
    data_collator=DataCollatorForLanguageModeling(tokenizer=tokenizer, mlm=False),
    train_dataset=Texts(texts, per_epoch),
    eval_dataset=Texts(job["validation"], len(job["validation"])),
)
# The mean over predicted tokens, as in the notebook's version. Since 4.46, the Trainer divides by the number of labels,
# including each text's first one, which nothing predicts.
trainer.model_accepts_loss_kwargs = False
trainer.train()
log = trainer.state.log_history
json.dump(
    {
        "losses": losses,
        "training": [entry["loss"] for entry in log if "loss" in entry],
        "validation": [entry["eval_loss"] for entry in log if "eval_loss" in entry],
    },
    open(sys.argv[2], "w"),
)
