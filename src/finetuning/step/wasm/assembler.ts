/*
 * Loops over float32 arrays as WebAssembly SIMD, written as expressions: the small part of the binary format that the
 * kernels next to this file need. Names and opcodes are those of https://webassembly.github.io/spec/core/binary.
 */

/** Instructions that leave one value on the stack. */
export type Code = readonly number[];

/** A function of one loop, ready for `assemble`. */
export interface LoopFunction {
  name: string;
  parameters: readonly number[];
  results: readonly number[];
  code: Code;
}

/** The operations for writing a loop's body, which handles four elements (one v128) at a time. */
export interface Loop {
  /** Computes a vector once, before the loop. */
  constant(value: Code): Code;
  /** Computes a vector in each iteration, to be used more than once in it. */
  let(value: Code): Code;
  /** Adds up vectors of two doubles over all iterations, for `result`. */
  sum(value: Code): Code;
  /** Writes the array's four elements. `array` is the address passed in. */
  store(array: Code, value: Code): void;
  /** The double that the function returns, computed after the loop. */
  result(value: Code): void;
}

const I32 = 0x7f;
const F32 = 0x7d;
const F64 = 0x7c;
const V128 = 0x7b;

const operation =
  (...opcode: number[]) =>
  (...operands: Code[]): Code => [...operands.flat(), ...opcode];
const simd = (opcode: number) => operation(0xfd, ...unsigned(opcode));

export const f32x4 = {
  splat: simd(0x13),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
};
export const f64x2 = {
  add: simd(0xf0),
  mul: simd(0xf2),
  /** The two lower of four floats, as doubles. */
  promoteLow: simd(0x5f),
  lane: (index: 0 | 1, value: Code): Code => [...value, 0xfd, 0x21, index],
};
export const f64 = { add: operation(0xa0) };
/** A float32 constant of 1. */
export const one: Code = [0x43, ...new Uint8Array(new Float32Array([1]).buffer)];
/** The two upper of four floats, moved down (i8x16.shuffle of a vector with itself). */
export const upperHalf = (value: Code): Code => {
  const lanes = Array.from({ length: 16 }, (_, byte) => (byte + 8) % 16);
  return [...value, ...value, 0xfd, 0x0d, ...lanes];
};
/** Four elements at an address; 2 is log2 of the promised alignment in bytes. */
export const load = (array: Code): Code => [...array, 0xfd, 0x00, 2, 0];

const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const i32 = { const: (value: number): Code => [0x41, value], add: operation(0x6a), sub: operation(0x6b) };

/**
 * A function `(n, ...arrays, ...scalars)` that runs `write`'s body over n elements: `n` is a multiple of 4, arrays are
 * byte offsets in the memory, scalars are float32 and enter the body as vectors of four.
 */
export function loop<A extends string, S extends string>(
  { name, arrays, scalars }: { name: string; arrays: readonly A[]; scalars: readonly S[] },
  write: (loop: Loop, arrays: Record<A, Code>, scalars: Record<S, Code>) => void,
): LoopFunction {
  const parameters = [I32, ...arrays.map(() => I32), ...scalars.map(() => F32)];
  const before: number[] = [];
  const body: number[] = [];
  const after: number[] = [];
  let locals = 0;
  const newLocal = () => parameters.length + locals++;
  const compute = (place: number[], value: Code) => {
    const local = newLocal();
    place.push(...set(local, value));
    return get(local);
  };
  const builder: Loop = {
    constant: (value) => compute(before, value),
    let: (value) => compute(body, value),
    sum(value) {
      const local = newLocal(); // zero at the start, as every local
      body.push(...set(local, f64x2.add(get(local), value)));
      return get(local);
    },
    store(array, value) {
      body.push(...array, ...value, 0xfd, 0x0b, 2, 0);
    },
    result: (value) => void after.push(...value),
  };
  const addresses = arrays.map((array, i) => [array, get(1 + i)] as const);
  const vectors = scalars.map(
    (scalar, i) => [scalar, builder.constant(f32x4.splat(get(1 + arrays.length + i)))] as const,
  );
  write(
    builder,
    Object.fromEntries(addresses) as Record<A, Code>, // fromEntries loses the keys' type
    Object.fromEntries(vectors) as Record<S, Code>,
  );
  const advance = arrays.flatMap((_, i) => set(1 + i, i32.add(get(1 + i), i32.const(16))));
  const [BLOCK, LOOP, BR_IF, EQZ, TEE, VOID, END] = [0x02, 0x03, 0x0d, 0x45, 0x22, 0x40, 0x0b];
  const turns = [
    ...[BLOCK, VOID, ...get(0), EQZ, BR_IF, 0],
    ...[LOOP, VOID, ...body, ...advance, ...i32.sub(get(0), i32.const(4)), TEE, 0, BR_IF, 0, END],
    END,
  ];
  const declared = [1, ...unsigned(locals), V128];
  return {
    name,
    parameters,
    results: after.length > 0 ? [F64] : [],
    code: [...declared, ...before, ...turns, ...after, END],
  };
}

/** A module of these functions; it imports the memory as `env.memory`. */
export function assemble(functions: readonly LoopFunction[]): Uint8Array {
  const types = functions.map(({ parameters, results }) => [0x60, ...sized(parameters), ...sized(results)]);
  const memory = [...text('env'), ...text('memory'), 0x02, 0x01, ...unsigned(1), ...unsigned(65536)];
  const indices = functions.map((_, index) => [index]);
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, index]);
  const bodies = functions.map(({ code }) => sized(code));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version 1
    ...section(1, types),
    ...section(2, [memory]),
    ...section(3, indices),
    ...section(7, exported),
    ...section(10, bodies),
  ]);
}

const section = (id: number, entries: Code[]): Code => [
  id,
  ...sized([...unsigned(entries.length), ...entries.flat()]),
];
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const text = (value: string): Code => sized([...Buffer.from(value)]);

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
