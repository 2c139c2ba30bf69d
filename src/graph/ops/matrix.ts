import { dimensionAt, type Value, withDimension } from '../value.ts';
import { swapLast } from './layout.ts';
import { apply } from './op.ts';
import { sum } from './reduce.ts';

interface Transposed {
  transposeA?: boolean;
  transposeB?: boolean;
}

/** `A·B` of matrices, either one optionally transposed first. `∂A = G·Bᵀ`, `∂B = Aᵀ·G`, transposed accordingly. */
export function gemm(a: Value, b: Value, { transposeA = false, transposeB = false }: Transposed = {}): Value {
  return apply('Gemm', [a, b], {
    shape: [dimensionAt(a.shape, transposeA ? 1 : 0), dimensionAt(b.shape, transposeB ? 0 : 1)],
    attributes: { transA: Number(transposeA), transB: Number(transposeB) },
    backward: (g) => [
      transposeA
        ? gemm(b, g, { transposeA: transposeB, transposeB: true })
        : gemm(g, b, { transposeB: !transposeB }),
      transposeB
        ? gemm(g, a, { transposeA: true, transposeB: transposeA })
        : gemm(a, g, { transposeA: !transposeA }),
    ],
  });
}

/**
 * `x·W + b` for rows x [N, in], b [out]: W is [in, out] (Hugging Face's Conv1D layout) or, `transposed`, [out, in]
 * (PyTorch's Linear).
 */
export function linear(x: Value, weight: Value, bias?: Value, { transposed = false } = {}): Value {
  if (!bias) return gemm(x, weight, { transposeB: transposed });
  return apply('Gemm', [x, weight, bias], {
    shape: [dimensionAt(x.shape, 0), dimensionAt(weight.shape, transposed ? 0 : 1)],
    attributes: transposed ? { transB: 1 } : {},
    backward: (g) => [
      gemm(g, weight, { transposeB: !transposed }),
      transposed ? gemm(g, x, { transposeA: true }) : gemm(x, g, { transposeA: true }),
      sum(g, 0),
    ],
  });
}

/** Batched `a·b` over the last two axes; the leading axes must be equal. `∂a = G·bᵀ`, `∂b = aᵀ·G`. */
export const matmul = (a: Value, b: Value): Value =>
  apply('MatMul', [a, b], {
    shape: withDimension(a.shape, -1, dimensionAt(b.shape, -1)),
    backward: (g) => [matmul(g, swapLast(b)), matmul(swapLast(a), g)],
  });
