"""PyTorch's side of the GPU benchmark: the same random weights, decoded with a static cache, or trained.

Reads cases as JSON lines on stdin and answers with one JSON line per batch size, then {"done": true}. The models are
written out plainly, without a framework on top: GPT-2, and Llama's family with Qwen 3's head norms.
"""

import json
import os
import struct
import sys
import time

import torch
import torch.nn.functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
WARM = 8


def say(**line):
    print(json.dumps(line), flush=True)


def synchronize():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def read_safetensors(path, dtype):
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
    weights = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        tensor = data[start:end].view(types[entry["dtype"]]).view(entry["shape"])
        weights[name] = tensor.to(DEVICE, dtype)
    return weights


class Decoding:
    """Attention of one new token per row to a static cache."""

    def __init__(self, model, batch, capacity, dtype):
        shape = (batch, model.groups, capacity, model.width)
        self.caches = [
            tuple(torch.zeros(shape, device=DEVICE, dtype=dtype) for _ in "kv") for _ in range(model.layers)
        ]
        self.places = torch.arange(capacity, device=DEVICE)

    def at(self, position):
        self.position = position
        self.mask = (self.places <= position)[None, None, None, :]

    def heads(self, x, count):
        return x.view(x.shape[0], count, 1, -1)

    def attend(self, layer, q, k, v):
        keys, values = self.caches[layer]
        keys.index_copy_(2, self.position, k)
        values.index_copy_(2, self.position, v)
        grouped = q.shape[1] != k.shape[1]
        a = F.scaled_dot_product_attention(q, keys, values, attn_mask=self.mask, enable_gqa=grouped)
        return a.reshape(a.shape[0], -1)


class Reading:
    """Causal attention of whole rows to themselves."""

    def __init__(self, rows, length):
        self.rows, self.position = rows, torch.arange(length, device=DEVICE)

    def heads(self, x, count):
        return x.view(self.rows, len(self.position), count, -1).transpose(1, 2)

    def attend(self, layer, q, k, v):
        grouped = q.shape[1] != k.shape[1]
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=grouped)
        return a.transpose(1, 2).reshape(self.rows * len(self.position), -1)


class Model:
    """Weights, and adapters by the layer that they are added to: (A, B, scale)."""

    def __init__(self, config, w):
        self.c, self.w, self.adapters = config, w, {}

    def adapted(self, y, x, name):
        if name not in self.adapters:
            return y
        a, b, scale = self.adapters[name]
        return y + (x @ a @ b) * scale


class Gpt2(Model):
    inputs_first = True
    targets = ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"]
    block = "transformer.h.{}.{}"

    def __init__(self, config, w):
        super().__init__(config, w)
        self.layers, self.heads = config["n_layer"], config["n_head"]
        self.groups, self.width = self.heads, config["n_embd"] // config["n_head"]
        self.vocab = config["vocab_size"]

    def linear(self, x, name):
        return self.adapted(torch.addmm(self.w[name + ".bias"], x, self.w[name + ".weight"]), x, name)

    def norm(self, x, name):
        return F.layer_norm(x, (x.shape[-1],), self.w[name + ".weight"], self.w[name + ".bias"], 1e-5)

    def forward(self, ids, attention):
        """Logits of the tokens of all rows, concatenated."""
        places = self.w["transformer.wpe.weight"][attention.position]
        x = self.w["transformer.wte.weight"][ids].view(-1, *places.shape) + places
        x = x.view(-1, x.shape[-1])
        for i in range(self.layers):
            p = f"transformer.h.{i}."
            packed = self.linear(self.norm(x, p + "ln_1"), p + "attn.c_attn")
            q, k, v = (attention.heads(t, self.heads) for t in packed.split(x.shape[-1], 1))
            x = x + self.linear(attention.attend(i, q, k, v), p + "attn.c_proj")
            inner = F.gelu(self.linear(self.norm(x, p + "ln_2"), p + "mlp.c_fc"), approximate="tanh")
            x = x + self.linear(inner, p + "mlp.c_proj")
        return self.norm(x, "transformer.ln_f") @ self.w["transformer.wte.weight"].t()


class Llama(Model):
    inputs_first = False
    targets = [f"self_attn.{x}_proj" for x in "qkvo"] + [f"mlp.{x}_proj" for x in ("gate", "up", "down")]
    block = "model.layers.{}.{}"

    def __init__(self, config, w):
        super().__init__(config, w)
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.groups, self.width = config["num_key_value_heads"], config["head_dim"]
        self.vocab, self.eps = config["vocab_size"], config["rms_norm_eps"]
        angles = torch.arange(4096, device=DEVICE)[:, None] * (
            config["rope_theta"] ** (-torch.arange(0, self.width, 2, device=DEVICE) / self.width)
        )
        dtype = w["model.norm.weight"].dtype
        self.cos = torch.cat([angles.cos()] * 2, 1).to(dtype)
        self.sin = torch.cat([angles.sin()] * 2, 1).to(dtype)

    def linear(self, x, name):
        return self.adapted(F.linear(x, self.w[name + ".weight"]), x, name)

    def norm(self, x, name):
        return F.rms_norm(x, (x.shape[-1],), self.w[name + ".weight"], self.eps)

    def rotate(self, x, position):
        a, b = x.chunk(2, -1)
        return x * self.cos[position] + torch.cat([-b, a], -1) * self.sin[position]

    def forward(self, ids, attention):
        """Logits of the tokens of all rows, concatenated."""
        x = self.w["model.embed_tokens.weight"][ids]
        for i in range(self.layers):
            p = f"model.layers.{i}."
            h = self.norm(x, p + "input_layernorm")
            q = attention.heads(self.linear(h, p + "self_attn.q_proj"), self.heads)
            k = attention.heads(self.linear(h, p + "self_attn.k_proj"), self.groups)
            v = attention.heads(self.linear(h, p + "self_attn.v_proj"), self.groups)
            q = self.rotate(self.norm(q, p + "self_attn.q_norm"), attention.position)
            k = self.rotate(self.norm(k, p + "self_attn.k_norm"), attention.position)
            x = x + self.linear(attention.attend(i, q, k, v), p + "self_attn.o_proj")
            h = self.norm(x, p + "post_attention_layernorm")
            inner = F.silu(self.linear(h, p + "mlp.gate_proj")) * self.linear(h, p + "mlp.up_proj")
            x = x + self.linear(inner, p + "mlp.down_proj")
        return self.norm(x, "model.norm") @ self.w["model.embed_tokens.weight"].t()


def choose(logits, decoder):
    if decoder == "greedy":
        return logits.argmax(-1)
    p, order = torch.softmax(logits.float() / 0.8, -1).sort(-1, descending=True)
    p = p.masked_fill(p.cumsum(-1) - p >= 0.95, 0)
    return order.gather(1, torch.multinomial(p, 1))[:, 0]


models = {}


def model_of(folder, shape, dtype):
    key = (shape, dtype)
    if key not in models:
        models.clear()
        config = json.load(open(os.path.join(folder, shape, "config.json")))
        w = read_safetensors(os.path.join(folder, shape, "model.safetensors"), dtype)
        models[key] = (Gpt2 if config["model_type"] == "gpt2" else Llama)(config, w)
    return models[key]


def about(case):
    known = ("shape", "engine", "precision", "variant", "decoder", "steps", "lora")
    return {k: case[k] for k in known if k in case}


@torch.inference_mode()
def decode(case, folder):
    dtype = getattr(torch, case["precision"])
    model = model_of(folder, case["shape"], dtype)
    for batch in case["batches"]:
        try:
            attention = Decoding(model, batch, 256, dtype)

            def step(ids, position):
                attention.at(position)
                return choose(model.forward(ids, attention), case["decoder"])

            run = step if case["variant"] == "eager" else torch.compile(step, mode="reduce-overhead")
            times = {}
            start = time.perf_counter()
            # `step`: every token goes to the host, as it must to be shown; `free`: nothing waits for the device.
            for kind in ("step", "free"):
                ids = torch.full((batch,), 1, device=DEVICE)
                position = torch.zeros(1, dtype=torch.long, device=DEVICE)
                for i in range(WARM + case["steps"]):
                    if i == WARM:
                        synchronize()
                        begun = time.perf_counter()
                    ids = run(ids, position).clone()
                    if kind == "step":
                        ids.tolist()
                    position += 1
                synchronize()
                total = time.perf_counter() - begun
                times[kind] = total * 1000 / case["steps"]
            say(
                **about(case),
                batch=batch,
                step=times["step"],
                tokensPerSecond=batch * 1000 / times["step"],
                note=f"{times['free']:.3f} ms without waiting; all in {time.perf_counter() - start:.1f} s",
            )
        except Exception as error:  # the next batch size may work
            say(**about(case), batch=batch, note=f"{type(error).__name__}: {error}"[:300])


def add_adapters(model, rank, alpha):
    """Adapters on every layer of the blocks, as in peft: A random, B zero."""
    for i in range(model.layers):
        for target in model.targets:
            name = model.block.format(i, target)
            shape = model.w[name + ".weight"].shape
            inputs, outputs = shape if model.inputs_first else shape[::-1]
            a = (torch.rand(inputs, rank, device=DEVICE) * 2 - 1) / inputs**0.5
            b = torch.zeros(rank, outputs, device=DEVICE)
            model.adapters[name] = (a.requires_grad_(), b.requires_grad_(), alpha / rank)
    return [x for a, b, _ in model.adapters.values() for x in (a, b)]


def train(case, folder):
    """Steps of AdamW on rows of `length` tokens: weights in float32; with bfloat16, products by autocast."""
    models.clear()
    model = model_of(folder, case["shape"], torch.float32)
    models.clear()  # its weights change
    lora = case.get("lora")
    if lora:
        parameters = add_adapters(model, lora["rank"], lora["alpha"])
    else:
        parameters = [w.requires_grad_() for w in model.w.values() if w.is_floating_point()]
    matrices = [p for p in parameters if p.dim() > 1]
    others = [p for p in parameters if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, lr=2e-5, fused=DEVICE == "cuda")
    half = case["precision"] == "bfloat16"
    length = case["length"]

    def loss_of(ids, rows):
        with torch.autocast(DEVICE, torch.bfloat16, enabled=half):
            logits = model.forward(ids, Reading(rows, length))
        logits = logits.view(rows, length, -1)[:, :-1].float()
        return F.cross_entropy(logits.reshape(-1, model.vocab), ids.view(rows, length)[:, 1:].reshape(-1))

    run = loss_of if case["variant"] == "eager" else torch.compile(loss_of)
    for batch in case["batches"]:
        try:
            ids = torch.arange(batch * length, device=DEVICE) * 7919 % model.vocab
            start = time.perf_counter()
            for i in range(3 + case["steps"]):
                if i == 3:
                    synchronize()
                    begun = time.perf_counter()
                loss = run(ids, batch)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(parameters, 1)
                optimizer.step()
                optimizer.zero_grad()
                if i % 8 == 7:
                    loss.item()
            synchronize()
            step = (time.perf_counter() - begun) * 1000 / case["steps"]
            say(
                **about(case),
                batch=batch,
                step=step,
                tokensPerSecond=1000 * batch * length / step,
                note=f"loss {loss.item():.3f}; all in {time.perf_counter() - start:.1f} s",
            )
        except Exception as error:  # the next batch size may work
            say(**about(case), batch=batch, note=f"{type(error).__name__}: {error}"[:300])


def ceilings():
    """What the device can do: bytes per second of a copy, and operations per second of a product."""
    if DEVICE != "cuda":
        return say(ceilings={"name": "cpu"})
    x = torch.empty(1 << 30, dtype=torch.uint8, device=DEVICE)
    y = torch.empty_like(x)
    found = {"name": torch.cuda.get_device_name(), "torch": torch.__version__}

    def best(work):
        times = []
        for _ in range(8):
            synchronize()
            start = time.perf_counter()
            work()
            synchronize()
            times.append(time.perf_counter() - start)
        return min(times)

    found["bytesPerSecond"] = 2 * x.numel() / best(lambda: y.copy_(x))
    for dtype in (torch.bfloat16, torch.float32):
        a, b = (torch.randn(4096, 4096, device=DEVICE, dtype=dtype) for _ in range(2))
        found[str(dtype).split(".")[1]] = 2 * 4096**3 / best(lambda: a @ b)
    say(ceilings=found)


if __name__ == "__main__":
    say(ready=True, torch=torch.__version__, device=DEVICE)
    for line in sys.stdin:
        case = json.loads(line)
        try:
            if case.get("ceilings"):
                ceilings()
            elif case["decoder"] == "train":
                train(case, sys.argv[1])
            else:
                decode(case, sys.argv[1])
        except Exception as error:
            say(note=f"{type(error).__name__}: {error}"[:300])
        say(done=True)
