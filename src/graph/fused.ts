import type { NormalizedSum } from './transformer-parts.ts';
import type { Value } from './value.ts';

// onnxruntime's fused operations, which do the work of several in one pass. Only decoding uses them: no gradients.

/** Residual sum and layer normalization. */
export function fusedAddLayerNorm(
  x: Value,
  y: Value,
  weight: Value,
  bias: Value,
  epsilon: number,
): NormalizedSum {
  const type = { dtype: x.dtype, shape: x.shape };
  const statistic = { dtype: 'float32', shape: [x.shape[0] ?? 'N', 1] } as const;
  const [normal, , , sum] = x.graph.node(
    'SkipLayerNormalization',
    [x, y, weight, bias],
    [type, statistic, statistic, type],
    { domain: 'com.microsoft', attributes: { epsilon: { float: epsilon } } },
  );
  if (!normal || !sum) throw new Error('SkipLayerNormalization has four outputs');
  return { normal, sum };
}

/** Residual sum and RMS normalization. */
export function fusedAddRmsNorm(x: Value, y: Value, weight: Value, epsilon: number): NormalizedSum {
  const type = { dtype: x.dtype, shape: x.shape };
  const statistic = { dtype: 'float32', shape: [x.shape[0] ?? 'N', 1] } as const;
  const [normal, , , sum] = x.graph.node(
    'SkipSimplifiedLayerNormalization',
    [x, y, weight],
    [type, statistic, statistic, type],
    { domain: 'com.microsoft', attributes: { epsilon: { float: epsilon } } },
  );
  if (!normal || !sum) throw new Error('SkipSimplifiedLayerNormalization has four outputs');
  return { normal, sum };
}

/** `a·bᵀ` over the last two axes, without materializing bᵀ. */
export function timesTransposed(a: Value, b: Value): Value {
  const shape = [...a.shape.slice(0, -1), b.shape.at(-2) ?? 'T'];
  const [product] = a.graph.node('FusedMatMul', [a, b], [{ dtype: a.dtype, shape }], {
    domain: 'com.microsoft',
    attributes: { transB: 1 },
  });
  if (!product) throw new Error('FusedMatMul has one output');
  return product;
}
