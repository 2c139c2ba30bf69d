"""
Golden values of the tokenizers that Llama's family comes with, small ones trained here in each of their forms.

    python test/golden/tokenizer_forms.py    # writes tokenizer_forms.json and the fixtures test/fixtures/tokenizer-forms/*

For each form one digest for every 16 strings of tokenizer.json: the first 8 hexadecimal digits of the sha256 of their
"parsed ids|split ids" in lines, as tokenizer.py has them; and decoding cases [ids, text].
Needs transformers 5 (made with 5.18, tokenizers 0.23).
"""

import hashlib
import json
import random
import re
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
from tokenizer_strings import SENTENCES, WORDS, strings

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test/fixtures/tokenizer-forms"

# The patterns of Meta-Llama-3's and Qwen2.5's tokenizer.json.
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def byte_level(pre_tokenizer, normalizer=None, ignore_merges=False, special=("<|endoftext|>", "<|im_end|>")):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=460, special_tokens=list(special), initial_alphabet=alphabet)
    tokenizer.train_from_iterator(SENTENCES + WORDS, trainer)
    tokenizer.add_tokens([AddedToken("<think>", normalized=False)])
    return tokenizer


def sentence_piece(normalizer, pre_tokenizer, strip):
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()  # for training: no merges across words
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=520, special_tokens=["<unk>", "<s>", "</s>", *bytes_], limit_alphabet=70)
    tokenizer.train_from_iterator(SENTENCES + WORDS, trainer)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in bytes_]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    tokenizer.decoder = decoders.Sequence(steps + ([decoders.Strip(" ", 1, 0)] if strip else []))
    return tokenizer


def split(pattern):
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def forms() -> dict[str, Tokenizer]:
    legacy = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    digits = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return {
        "llama3": byte_level(split(LLAMA3), ignore_merges=True),
        "qwen": byte_level(split(QWEN), normalizers.NFC()),
        "smollm": byte_level(digits),
        "llama2": sentence_piece(legacy, None, strip=True),
        "metaspace": sentence_piece(
            None, pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False), strip=True
        ),
        "metaspace-never": sentence_piece(
            normalizers.NFKC(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never", split=False), strip=False
        ),
    }


def well_formed(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def main() -> None:
    golden = {}
    texts = [well_formed(text) for text in strings()]
    rng = random.Random(7)
    for name, tokenizer in forms().items():
        folder = FIXTURES / name
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
        lines = []
        for text in texts:
            parsed = fast(text, add_special_tokens=False)["input_ids"]
            plain = fast(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
            lines.append(",".join(map(str, parsed)) + "|" + ",".join(map(str, plain)))
        digests = [
            hashlib.sha256("\n".join(lines[at : at + 16]).encode()).hexdigest()[:8] for at in range(0, len(lines), 16)
        ]
        decoding = []
        while len(decoding) < 60:
            text = rng.choice(texts)[:30]
            ids = fast(text, add_special_tokens=False)["input_ids"] if rng.random() < 0.5 else []
            ids = ids + [rng.randrange(len(fast)) for _ in range(rng.randrange(1, 8))]
            decoded = fast.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            if "\ufffd" not in decoded:  # bytes that are no text: everybody marks them in their own way
                decoding.append([ids, decoded])
        golden[name] = {"digests": digests, "decoding": decoding}
    (ROOT / "test/golden/tokenizer_forms.json").write_text(json.dumps(golden, ensure_ascii=True) + "\n")


main()
