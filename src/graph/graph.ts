import { createTape, type Tape } from './tape.ts';
import { type Dtype, elementCount, type Shape, type Value } from './value.ts';

/** `number` is an integer attribute; a float is `{ float }`, so that 1 and 1.0 cannot be confused. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute | undefined>>;

export interface Node {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** Where a tensor's bytes lie in a file of the model's own folder: onnxruntime maps them itself. */
export interface ExternalData {
  /** File name, relative to the folder the model is loaded from. */
  readonly location: string;
  /** Bytes from the start of the file; any alignment. */
  readonly offset: number;
  /** Exactly the tensor's bytes. */
  readonly length: number;
}

export interface Initializer {
  readonly value: Value;
  readonly data: Uint8Array | ExternalData;
}

/** What a node gives: element type and shape of one output. */
export interface OutputType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** An ONNX graph being written. Operations (`ops/`) append nodes; `encodeModel` turns it into bytes. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly initializers: readonly Initializer[];
  readonly outputs: ReadonlyMap<string, Value>;
  readonly tape: Tape;
  /** A tensor fed at each run. */
  input(name: string, dtype: Dtype, shape: Shape): Value;
  /** Names a result. The producer writes it under that name: no Identity node, which would be a full copy. */
  output(name: string, value: Value): void;
  /** A small constant, written once however often it is asked for. A list is a vector unless `shape` says more. */
  constant(values: number | readonly number[], dtype?: Dtype, shape?: Shape): Value;
  /** A named tensor whose bytes (little-endian) are stored in the model itself. */
  initializer(name: string, dtype: Dtype, shape: Shape, data: ArrayBufferView): Value;
  /** A named tensor read from a file beside the model, such as `model.safetensors`. Asked twice, given once. */
  external(name: string, dtype: Dtype, shape: Shape, data: ExternalData): Value;
  /** Any operation of any domain (`com.microsoft`, …): the way out when `ops/` lacks one. No gradient. */
  node(
    type: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputType[],
    options?: { attributes?: Attributes; domain?: string },
  ): Value[];
  /** The run-time length behind a symbolic name, as int64 [1]: bound, or read off the first input that has it. */
  dimension(name: string): Value;
  /** Says what a symbolic name stands for when no input carries it. `length` is int64 [1]. */
  bindDimension(name: string, length: Value): void;
}

const typedArrays = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

function bytesOf(values: readonly number[], dtype: Dtype): Uint8Array {
  if (dtype === 'int64') return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  if (dtype === 'uint64') return new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
  if (dtype === 'float16' || dtype === 'bfloat16') throw new Error(`a ${dtype} constant is not supported`);
  return new Uint8Array(typedArrays[dtype].from(values).buffer);
}

export function createGraph(): Graph {
  const nodes: Node[] = [];
  const inputs: Value[] = [];
  const initializers: Initializer[] = [];
  const outputs = new Map<string, Value>();
  const constants = new Map<string, Value>();
  const externals = new Map<string, Value>();
  const dimensions = new Map<string, Value>();
  const names = new Set<string>();
  let count = 0;

  const claim = (name: string): string => {
    if (names.has(name)) throw new Error(`the graph already has a tensor called ${name}`);
    names.add(name);
    return name;
  };
  const fresh = (stem: string): string => claim(`${stem}_${count++}`);
  const store = (value: Value, data: Initializer['data']): Value => {
    initializers.push({ value, data });
    return value;
  };

  const graph: Graph = {
    nodes,
    inputs,
    initializers,
    outputs,
    tape: createTape(),

    input(name, dtype, shape) {
      const value: Value = { graph, name: claim(name), dtype, shape };
      inputs.push(value);
      return value;
    },

    output(name, value) {
      outputs.set(claim(name), value);
    },

    constant(values, dtype = 'float32', shape = typeof values === 'number' ? [] : [values.length]) {
      const list = typeof values === 'number' ? [values] : values;
      const key = `${dtype} [${shape}] ${list}`;
      const known = constants.get(key);
      if (known) return known;
      const value: Value = { graph, name: fresh('constant'), dtype, shape };
      constants.set(key, value);
      return store(value, bytesOf(list, dtype));
    },

    initializer(name, dtype, shape, data) {
      elementCount(shape);
      return store(
        { graph, name: claim(name), dtype, shape },
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      );
    },

    external(name, dtype, shape, data) {
      const known = externals.get(name);
      if (known) return known;
      const value = store({ graph, name: claim(name), dtype, shape }, data);
      externals.set(name, value);
      return value;
    },

    node(type, nodeInputs, outputTypes, { attributes = {}, domain = '' } = {}) {
      const results = outputTypes.map(({ dtype, shape }) => ({ graph, name: fresh(type), dtype, shape }));
      nodes.push({ type, domain, inputs: nodeInputs, outputs: results, attributes });
      return results;
    },

    dimension(name) {
      const known = dimensions.get(name);
      if (known) return known;
      const source = inputs.find((input) => input.shape.includes(name));
      if (!source) throw new Error(`no input of the graph has the dimension ${name}: bind it`);
      const axis = source.shape.indexOf(name);
      const [length] = graph.node('Shape', [source], [{ dtype: 'int64', shape: [1] }], {
        attributes: { start: axis, end: axis + 1 },
      });
      if (!length) throw new Error('unreachable: one output was asked for');
      dimensions.set(name, length);
      return length;
    },

    bindDimension(name, length) {
      dimensions.set(name, length);
    },
  };
  return graph;
}
