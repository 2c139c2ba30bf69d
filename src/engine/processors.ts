/**
 * Keeps the smallest set of weights (at least one) whose share of the total reaches `topP`; the others become 0.
 * Among equal weights, lower token ids come first. In place.
 */
export function keepTop(weights: Float32Array, topP: number): void {
  if (topP >= 1) return;
  const enough = topP * sum(weights);
  keepLargest(weights, enough);
}

/**
 * Draws from weights in descending order, using only the smallest set whose share reaches `topP`: returns the index
 * at point `u` in [0, 1) of that set's cumulative distribution.
 */
export function drawRanked(weights: Float32Array, topP: number, u: number): number {
  const enough = topP * sum(weights);
  let kept = 0;
  let total = 0;
  while (kept < weights.length && (kept === 0 || total < enough)) total += weights[kept++] ?? 0;
  return drawToken(weights.subarray(0, topP >= 1 ? weights.length : kept), u);
}

/**
 * Makes the same draw as `keepTop` and `drawToken` make from a whole distribution (weights that add up to 1), from
 * only its largest weights, in descending order, and their token `ids`. They must cover the share `topP`. Returns an
 * index into both.
 */
export function drawNucleus(
  weights: Float32Array,
  ids: BigInt64Array | readonly number[],
  topP: number,
  u: number,
): number {
  let kept = 0;
  let total = 0;
  while (kept < weights.length && total < topP) total += weights[kept++] ?? 0;
  const order = Array.from({ length: kept }, (_, rank) => rank);
  order.sort((a, b) => Number(ids[a] ?? 0) - Number(ids[b] ?? 0));
  const inOrder = Float32Array.from(order, (rank) => weights[rank] ?? 0);
  return order[drawToken(inOrder, u)] ?? 0;
}

/** The token at point `u` in [0, 1) of the cumulative distribution, in token order. Zero weights are never drawn. */
export function drawToken(weights: Float32Array, u: number): number {
  const target = u * sum(weights);
  let cumulative = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight === 0) continue;
    cumulative += weight;
    last = i;
    if (cumulative > target) return i;
  }
  return last;
}

function sum(weights: Float32Array): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0;
  return total;
}

/** A float32's exponent and the first bits of its mantissa: order-preserving bins for non-negative floats. */
const BIN_SHIFT = 19;
const BINS = 0x7f800000 >>> BIN_SHIFT;
const sums = new Float64Array(BINS);

/**
 * Zeroes every weight after the one, in descending order, that brings the sum to `enough`. Adds them up in bins first
 * and sorts only the bin where that happens: fully sorting 50,000 weights takes ten times as long.
 */
function keepLargest(weights: Float32Array, enough: number): void {
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  sums.fill(0);
  for (let i = 0; i < weights.length; i++) {
    const bin = (bits[i] ?? 0) >>> BIN_SHIFT;
    sums[bin] = (sums[bin] ?? 0) + (weights[i] ?? 0);
  }
  let total = 0;
  let bin = BINS - 1;
  while (bin >= 0 && total + (sums[bin] ?? 0) < enough) total += sums[bin--] ?? 0;
  const members: number[] = [];
  for (let i = 0; i < weights.length; i++) {
    const own = (bits[i] ?? 0) >>> BIN_SHIFT;
    if (own === bin) members.push(i);
    else if (own < bin) weights[i] = 0;
  }
  members.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  for (const id of members) {
    if (total >= enough) weights[id] = 0;
    else total += weights[id] ?? 0;
  }
}
