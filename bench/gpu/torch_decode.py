"""PyTorch's side of the GPU benchmark: the same random weights, decoded with a static cache.

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


class Gpt2:
    def __init__(self, config, w, dtype):
        self.c, self.w, self.dtype = config, w, dtype
        self.layers, self.heads = config["n_layer"], config["n_head"]
        self.groups, self.width = self.heads, config["n_embd"] // config["n_head"]
        self.vocab = config["vocab_size"]

    def forward(self, ids, position, caches, mask):
        w, B, D = self.w, ids.shape[0], self.c["n_embd"]
        x = w["transformer.wte.weight"][ids] + w["transformer.wpe.weight"][position]
        for i in range(self.layers):
            p = f"transformer.h.{i}."
            h = F.layer_norm(x, (D,), w[p + "ln_1.weight"], w[p + "ln_1.bias"], 1e-5)
            q, k, v = torch.addmm(w[p + "attn.c_attn.bias"], h, w[p + "attn.c_attn.weight"]).split(D, 1)
            heads = lambda t: t.view(B, self.heads, 1, self.width)
            keys, values = caches[i]
            keys.index_copy_(2, position, heads(k))
            values.index_copy_(2, position, heads(v))
            a = F.scaled_dot_product_attention(heads(q), keys, values, attn_mask=mask)
            x = x + torch.addmm(w[p + "attn.c_proj.bias"], a.reshape(B, D), w[p + "attn.c_proj.weight"])
            h = F.layer_norm(x, (D,), w[p + "ln_2.weight"], w[p + "ln_2.bias"], 1e-5)
            h = F.gelu(torch.addmm(w[p + "mlp.c_fc.bias"], h, w[p + "mlp.c_fc.weight"]), approximate="tanh")
            x = x + torch.addmm(w[p + "mlp.c_proj.bias"], h, w[p + "mlp.c_proj.weight"])
        x = F.layer_norm(x, (D,), w["transformer.ln_f.weight"], w["transformer.ln_f.bias"], 1e-5)
        return x @ w["transformer.wte.weight"].t()


class Llama:
    def __init__(self, config, w, dtype):
        self.c, self.w, self.dtype = config, w, dtype
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.groups, self.width = config["num_key_value_heads"], config["head_dim"]
        self.vocab, self.eps = config["vocab_size"], config["rms_norm_eps"]
        angles = torch.arange(4096, device=DEVICE)[:, None] * (
            config["rope_theta"] ** (-torch.arange(0, self.width, 2, device=DEVICE) / self.width)
        )
        self.cos = torch.cat([angles.cos()] * 2, 1).to(dtype)
        self.sin = torch.cat([angles.sin()] * 2, 1).to(dtype)

    def norm(self, x, name):
        return F.rms_norm(x, (x.shape[-1],), self.w[name], self.eps)

    def rotate(self, x, position):
        a, b = x.chunk(2, -1)
        return x * self.cos[position] + torch.cat([-b, a], -1) * self.sin[position]

    def forward(self, ids, position, caches, mask):
        w, B = self.w, ids.shape[0]
        x = w["model.embed_tokens.weight"][ids]
        for i in range(self.layers):
            p = f"model.layers.{i}."
            h = self.norm(x, p + "input_layernorm.weight")
            project = lambda name, t: F.linear(t, w[p + name + ".weight"])
            q = project("self_attn.q_proj", h).view(B, self.heads, 1, self.width)
            k = project("self_attn.k_proj", h).view(B, self.groups, 1, self.width)
            v = project("self_attn.v_proj", h).view(B, self.groups, 1, self.width)
            q = self.rotate(self.norm(q, p + "self_attn.q_norm.weight"), position)
            k = self.rotate(self.norm(k, p + "self_attn.k_norm.weight"), position)
            keys, values = caches[i]
            keys.index_copy_(2, position, k)
            values.index_copy_(2, position, v)
            a = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask, enable_gqa=True)
            x = x + project("self_attn.o_proj", a.reshape(B, self.heads * self.width))
            h = self.norm(x, p + "post_attention_layernorm.weight")
            x = x + project("mlp.down_proj", F.silu(project("mlp.gate_proj", h)) * project("mlp.up_proj", h))
        return self.norm(x, "model.norm.weight") @ w["model.embed_tokens.weight"].t()


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
        models[key] = (Gpt2 if config["model_type"] == "gpt2" else Llama)(config, w, dtype)
    return models[key]


@torch.inference_mode()
def measure(case, folder):
    dtype = getattr(torch, case["precision"])
    model = model_of(folder, case["shape"], dtype)
    about = {k: case[k] for k in ("shape", "engine", "precision", "variant", "decoder", "steps")}
    capacity = 256
    for batch in case["batches"]:
        try:
            caches = [
                tuple(torch.zeros(batch, model.groups, capacity, model.width, device=DEVICE, dtype=dtype) for _ in "kv")
                for _ in range(model.layers)
            ]
            places = torch.arange(capacity, device=DEVICE)

            def step(ids, position):
                mask = (places <= position)[None, None, None, :]
                return choose(model.forward(ids, position, caches, mask), case["decoder"])

            run = step if case["variant"] == "eager" else torch.compile(step, mode="reduce-overhead")
            times = {}
            start = time.perf_counter()
            # `step`: every token goes to the host, as it must to be shown; `free`: nothing waits for the device.
            for kind in ("step", "free"):
                ids = torch.full((batch,), 1, device=DEVICE)
                position = torch.zeros(1, dtype=torch.long, device=DEVICE)
                laps = []
                for i in range(WARM + case["steps"]):
                    if i == WARM:
                        synchronize()
                        begun = time.perf_counter()
                    lap = time.perf_counter()
                    ids = run(ids, position).clone()
                    if kind == "step":
                        ids.tolist()
                    position += 1
                    laps.append((time.perf_counter() - lap) * 1000)
                synchronize()
                total = time.perf_counter() - begun
                times[kind] = total * 1000 / case["steps"]
            say(
                **about,
                batch=batch,
                step=times["step"],
                tokensPerSecond=batch * 1000 / times["step"],
                note=f"{times['free']:.3f} ms without waiting; all in {time.perf_counter() - start:.1f} s",
            )
        except Exception as error:  # the next batch size may work
            say(**about, batch=batch, note=f"{type(error).__name__}: {error}"[:300])


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
            else:
                measure(case, sys.argv[1])
        except Exception as error:
            say(note=f"{type(error).__name__}: {error}"[:300])
        say(done=True)
