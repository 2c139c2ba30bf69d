/** A seeded random stream. The same seeds give the same stream on every machine. */
export interface Random {
  /** Uniform over all 32-bit integers, signed. */
  int32(): number;
  /** Uniform in [0, 1). */
  unit(): number;
}

/** The finalizer of MurmurHash3: every input bit affects every output bit. */
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/**
 * sfc32 (Chris Doty-Humphrey's Small Fast Counting generator), seeded by any list of 32-bit integers. Streams are seeded
 * by their purpose, such as (seed, epoch), so that a resumed run needs no saved generator state.
 */
export function createRandom(...seeds: readonly number[]): Random {
  let state = 0x9e3779b9 | 0;
  for (const seed of seeds) state = mix((state + 0x6a09e667) ^ mix(seed));
  let a = mix(state + 1);
  let b = mix(state + 2);
  let c = mix(state + 3);
  let counter = 1;
  const int32 = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum;
  };
  for (let warm = 0; warm < 12; warm++) int32();
  return { int32, unit: () => (int32() >>> 0) / 2 ** 32 };
}

/** A standard normal draw (Box–Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());

/** The items in random order (Fisher–Yates); the input is not modified. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.unit() * (i + 1));
    const [x, y] = [order[i], order[j]];
    if (x === undefined || y === undefined) throw new Error('unreachable: both indices are in range');
    order[i] = y;
    order[j] = x;
  }
  return order;
}
