import { type Value, withDimension } from '../value.ts';
import { sumTo } from './broadcast.ts';
import { add, div, mul, sqrt, sub } from './elementwise.ts';
import { apply, only } from './op.ts';
import { mean, sum } from './reduce.ts';

/** Softmax over the last axis. `∂x = p·(g − Σ g·p)`. */
export const softmax = (x: Value): Value =>
  apply('Softmax', [x], {
    shape: x.shape,
    attributes: { axis: -1 },
    backward: (g, p) => {
      const gp = mul(g, p);
      return [sub(gp, mul(p, sum(gp, -1, { keep: true })))];
    },
  });

/**
 * RMS normalization over the last axis: `y = x̂·w`, `x̂ = x/√(mean(x²) + ε)` (arXiv:1910.07467).
 * With `d = g·w`: `∂x = (d − x̂·mean(d·x̂))/√(mean(x²) + ε)`, `∂w = Σ g·x̂`.
 */
export function rmsNorm(x: Value, weight: Value, epsilon: number): Value {
  const { graph, shape } = x;
  const y = only(
    graph.node('SimplifiedLayerNormalization', [x, weight], [{ dtype: x.dtype, shape }], {
      attributes: { axis: -1, epsilon: { float: epsilon } },
    }),
  );
  graph.tape.record({
    inputs: [x, weight],
    outputs: [y],
    backward: ([g = y]) => {
      // Computed again: the node's second output, which should be this, is wrong on WebGPU (onnxruntime 1.30).
      const inverse = div(1, sqrt(add(mean(mul(x, x), -1, { keep: true }), epsilon)));
      const normal = mul(x, inverse);
      const d = mul(g, weight);
      const along = mul(normal, mean(mul(d, normal), -1, { keep: true }));
      return [mul(sub(d, along), inverse), sumTo(mul(g, normal), weight.shape)];
    },
  });
  return y;
}

/**
 * Layer normalization over the last axis: `y = x̂·w + b`, `x̂ = (x − μ)/σ` (arXiv:1607.06450).
 * With `d = g·w`: `∂x = (d − mean(d) − x̂·mean(d·x̂))/σ`, `∂w = Σ g·x̂`, `∂b = Σ g`.
 */
export function layerNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  const { graph, shape } = x;
  const statistic = { dtype: 'float32', shape: withDimension(shape, -1, 1) } as const;
  const [y, mu, inverse] = graph.node(
    'LayerNormalization',
    [x, weight, bias],
    [{ dtype: x.dtype, shape }, statistic, statistic],
    { attributes: { axis: -1, epsilon: { float: epsilon } } },
  );
  if (!y || !mu || !inverse) throw new Error('LayerNormalization has three outputs');
  graph.tape.record({
    inputs: [x, weight, bias],
    outputs: [y],
    backward: ([g = y]) => {
      const normal = mul(sub(x, mu), inverse);
      const d = mul(g, weight);
      const centered = sub(d, mean(d, -1, { keep: true }));
      const along = mul(normal, mean(mul(d, normal), -1, { keep: true }));
      return [mul(sub(centered, along), inverse), sumTo(mul(g, normal), weight.shape), sumTo(g, bias.shape)];
    },
  });
  return y;
}
