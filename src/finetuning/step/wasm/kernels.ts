import { assemble, f32x4, f64, f64x2, load, loop, one, upperHalf } from './assembler.ts';

/** The optimizer's inner loops. Lengths are counted in elements and are multiples of 4; arrays are byte offsets. */
export interface Kernels {
  adamw(
    n: number,
    p: number,
    m: number,
    v: number,
    g: number,
    scale: number,
    beta1: number,
    beta2: number,
    rate: number,
    root: number,
    epsilon: number,
    keep: number,
  ): void;
  squaredNorm(n: number, g: number): number;
  accumulate(n: number, sum: number, g: number): void;
}

const { add, sub, mul, div, sqrt, splat } = f32x4;

/**
 * One AdamW step (arXiv:1711.05101) over n elements: parameters p, moments m and v, gradients g. `scale` first multiplies
 * the gradient (clipping), `rate` is the learning rate divided by the first moment's bias correction, `root` the inverse
 * square root of the second's, `keep` is 1 − learning rate · weight decay.
 */
const adamw = loop(
  {
    name: 'adamw',
    arrays: ['p', 'm', 'v', 'g'],
    scalars: ['scale', 'beta1', 'beta2', 'rate', 'root', 'epsilon', 'keep'],
  },
  (loop, { p, m, v, g }, { scale, beta1, beta2, rate, root, epsilon, keep }) => {
    const ones = loop.constant(splat(one));
    const rest1 = loop.constant(sub(ones, beta1));
    const rest2 = loop.constant(sub(ones, beta2));
    const gradient = loop.let(mul(load(g), scale));
    const square = mul(gradient, gradient);
    const first = loop.let(add(mul(load(m), beta1), mul(gradient, rest1)));
    const second = loop.let(add(mul(load(v), beta2), mul(square, rest2)));
    loop.store(m, first);
    loop.store(v, second);
    const step = div(mul(first, rate), add(mul(sqrt(second), root), epsilon));
    loop.store(p, sub(mul(load(p), keep), step));
  },
);

/** Sum of squares, added up in float64 because a hundred million float32 terms would lose the small ones. */
const squaredNorm = loop({ name: 'squaredNorm', arrays: ['g'], scalars: [] }, (loop, { g }) => {
  const x = loop.let(load(g));
  const low = loop.let(f64x2.promoteLow(x));
  const high = loop.let(f64x2.promoteLow(upperHalf(x)));
  const sum = f64x2.add(loop.sum(f64x2.mul(low, low)), loop.sum(f64x2.mul(high, high)));
  loop.result(f64.add(f64x2.lane(0, sum), f64x2.lane(1, sum)));
});

/** `sum += g`, element by element: gradient accumulation. */
const accumulate = loop({ name: 'accumulate', arrays: ['sum', 'g'], scalars: [] }, (loop, { sum, g }) => {
  loop.store(sum, add(load(sum), load(g)));
});

/** Compiles the kernels over a memory. */
export async function createKernels(memory: WebAssembly.Memory): Promise<Kernels> {
  const module = await WebAssembly.compile(assemble([adamw, squaredNorm, accumulate]));
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  return exports as unknown as Kernels; // exports carry no types; these are the three above
}
