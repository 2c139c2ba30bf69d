import type { Value } from '../value.ts';
import { add, erf, mul, sigmoid, sub } from './elementwise.ts';
import { only } from './op.ts';

/**
 * GELU in the tanh approximation that GPT-2 uses (arXiv:1606.08415), written as `x·σ(z)` with
 * `z = 2·√(2/π)·(x + 0.044715·x³)`, which is the same function with a single transcendental.
 * `∂x = σ(z)·(1 + x·z′·(1 − σ(z)))`.
 */
export function geluTanh(x: Value): Value {
  const { graph, shape } = x;
  const y = only(
    graph.node('Gelu', [x], [{ dtype: x.dtype, shape }], { attributes: { approximate: 'tanh' } }),
  );
  const scale = 2 * Math.sqrt(2 / Math.PI);
  const cubic = scale * 0.044715;
  graph.tape.record({
    inputs: [x],
    outputs: [y],
    backward: ([g = y]) => {
      const square = mul(x, x);
      const s = sigmoid(mul(x, add(mul(square, cubic), scale)));
      const slope = mul(x, add(mul(square, 3 * cubic), scale)); // x·z′
      return [mul(g, mul(s, add(mul(sub(1, s), slope), 1)))];
    },
  });
  return y;
}

/** Exact GELU, `x·Φ(x)`. `∂x = Φ(x) + x·φ(x)`. */
export function gelu(x: Value): Value {
  const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return mul(x, cdf);
}

/** `x·σ(x)`, also called swish. */
export const silu = (x: Value): Value => mul(x, sigmoid(x));

/**
 * `silu(gate)·up` (SwiGLU, arXiv:2002.05202). `∂gate = g·up·σ·(1 + gate·(1 − σ))`, `∂up = g·gate·σ`. The backward pass
 * computes σ of the gate again: kept for it, σ and silu would take a fifth more memory per token.
 */
export function swiglu(gate: Value, up: Value): Value {
  const { graph, shape } = gate;
  const swished = only(
    graph.node('QuickGelu', [gate], [{ dtype: gate.dtype, shape }], {
      domain: 'com.microsoft',
      attributes: { alpha: { float: 1 } },
    }),
  );
  const y = graph.tape.paused(() => mul(swished, up));
  graph.tape.record({
    inputs: [gate, up],
    outputs: [y],
    backward: ([g = y]) => {
      const s = sigmoid(gate);
      const slope = mul(s, add(mul(gate, sub(1, s)), 1));
      return [mul(mul(g, up), slope), mul(g, mul(gate, s))];
    },
  });
  return y;
}
