"""
Golden values of tokenisation, from Hugging Face transformers and tokenizers.

    python test/golden/tokenizer.py        # writes tokenizer.json and the fixture test/fixtures/variety-tokenizer

Each case is [text, digests]: per tokenizer the first 8 hexadecimal digits of the sha256 of "parsed ids|split ids", where
"parsed" is Hugging Face's default and "split" its split_special_tokens=True. Decoding cases are [tokenizer, ids, text].
Needs transformers 5 (made with 5.18, tokenizers 0.23).
"""

import hashlib
import json
import random
import re
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast
from tokenizer_strings import SENTENCES, WORDS, strings

ROOT = Path(__file__).resolve().parents[2]
VARIETY = ROOT / "test/fixtures/variety-tokenizer"


def variety() -> PreTrainedTokenizerFast:
    """A small tokenizer with what gpt2-spanish's lacks: a leading space added, tokens that swallow spaces, plain added tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(SENTENCES + WORDS, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, rstrip=False, normalized=False, special=True)])
    tokenizer.add_tokens([AddedToken("jaja", rstrip=True, normalized=False), AddedToken("😂", normalized=True)])
    VARIETY.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(VARIETY / "tokenizer.json"))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def well_formed(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def main() -> None:
    tokenizers = {
        "gpt2-spanish": AutoTokenizer.from_pretrained(ROOT / "test/fixtures/gpt2-spanish"),
        "mini-es": AutoTokenizer.from_pretrained(ROOT / "models/mini-es"),
        "variety": variety(),
    }

    def digest(tokenizer, text: str) -> str:
        parsed = tokenizer(text, add_special_tokens=False)["input_ids"]
        split = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        joined = ",".join(map(str, parsed)) + "|" + ",".join(map(str, split))
        return hashlib.sha256(joined.encode()).hexdigest()[:8]

    cases = []
    for text in strings():
        cases.append([text, [digest(tokenizer, well_formed(text)) for tokenizer in tokenizers.values()]])

    rng = random.Random(5)
    decoding = []
    for name, tokenizer in tokenizers.items():
        for _ in range(200):
            ids = [rng.randrange(len(tokenizer)) if rng.random() < 0.7 else rng.randrange(300) for _ in range(rng.randrange(1, 12))]
            text = tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            decoding.append([name, ids, text])

    golden = {"tokenizers": list(tokenizers), "cases": cases, "decoding": decoding}
    body = json.dumps(golden, separators=(",", ":"))
    (ROOT / "test/golden/tokenizer.json").write_text(body.replace("],[", "],\n["))


main()
