/*
 * The optimiser's inner loops, in AssemblyScript (built by `npm run build:wasm` into optimizer.wasm beside this file).
 * Every array is float32 in the one imported memory, given by its byte offset; lengths are counted in elements and
 * are multiples of 4.
 */

/**
 * One AdamW step (arXiv:1711.05101) over n elements: parameters p, moments m and v, gradients g.
 * `scale` multiplies the gradient first (clipping), `rate` is the learning rate over the first moment's bias
 * correction, `root` one over the square root of the second's, `keep` is 1 − learning rate · weight decay.
 */
export function adamw(
  p: usize,
  m: usize,
  v: usize,
  g: usize,
  n: usize,
  scale: f32,
  beta1: f32,
  beta2: f32,
  rate: f32,
  root: f32,
  epsilon: f32,
  keep: f32,
): void {
  const scales = f32x4.splat(scale);
  const beta1s = f32x4.splat(beta1);
  const rest1s = f32x4.splat(1 - beta1);
  const beta2s = f32x4.splat(beta2);
  const rest2s = f32x4.splat(1 - beta2);
  const rates = f32x4.splat(rate);
  const roots = f32x4.splat(root);
  const epsilons = f32x4.splat(epsilon);
  const keeps = f32x4.splat(keep);
  for (let i: usize = 0, bytes = n << 2; i < bytes; i += 16) {
    const gradient = f32x4.mul(v128.load(g + i), scales);
    const first = f32x4.add(f32x4.mul(v128.load(m + i), beta1s), f32x4.mul(gradient, rest1s));
    const square = f32x4.mul(gradient, gradient);
    const second = f32x4.add(f32x4.mul(v128.load(v + i), beta2s), f32x4.mul(square, rest2s));
    v128.store(m + i, first);
    v128.store(v + i, second);
    const size = f32x4.add(f32x4.mul(f32x4.sqrt(second), roots), epsilons);
    const step = f32x4.div(f32x4.mul(first, rates), size);
    v128.store(p + i, f32x4.sub(f32x4.mul(v128.load(p + i), keeps), step));
  }
}

/** Sum of squares, accumulated in float64 because a hundred million float32 terms would lose the small ones. */
export function squaredNorm(g: usize, n: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i: usize = 0, bytes = n << 2; i < bytes; i += 16) {
    const x = v128.load(g + i);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 0, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** `sum += g`, element by element: gradient accumulation. */
export function accumulate(sum: usize, g: usize, n: usize): void {
  for (let i: usize = 0, bytes = n << 2; i < bytes; i += 16)
    v128.store(sum + i, f32x4.add(v128.load(sum + i), v128.load(g + i)));
}
