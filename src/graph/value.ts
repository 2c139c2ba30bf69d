/** Element types that the graphs use, by their names in onnxruntime and NumPy. */
export type Dtype =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'uint8'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** A length known when the graph is built, or the name of one that is set at each run (`'B'`, `'T'`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** One edge of a graph: the result of a node, an input, or an initializer. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/**
 * `number` is an integer attribute; a float is `{ float }`, so that 1 and 1.0 cannot be confused. A `body` is a graph
 * that the node runs (`Loop`); it may read the values of the graph around it.
 */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly body: Graph };
export type Attributes = Readonly<Record<string, Attribute | undefined>>;

export interface Node {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** Where a tensor's bytes are in a file in the model's folder; onnxruntime maps them itself. */
export interface ExternalData {
  /** File name, relative to the folder the model is loaded from. */
  readonly location: string;
  /** Bytes from the start of the file; any alignment. */
  readonly offset: number;
  /** Length in bytes, exactly the tensor's. */
  readonly length: number;
}

export interface Initializer {
  readonly value: Value;
  readonly data: Uint8Array | ExternalData;
}

/** Element type and shape of one output of a node. */
export interface OutputType {
  readonly dtype: Dtype;
  readonly shape: Shape;
}

/** Every value that a node reads, including those that its body takes from the graphs around it. */
export function valuesRead({ inputs, attributes }: Node): Value[] {
  const own = inputs.filter((input) => input !== undefined);
  const bodies = Object.values(attributes).flatMap((value) =>
    typeof value === 'object' && 'body' in value ? [value.body] : [],
  );
  const outer = bodies.flatMap((body) =>
    [...body.nodes.flatMap(valuesRead), ...body.outputs.values()].filter(({ graph }) => graph !== body),
  );
  return [...own, ...outer];
}

/** An ONNX graph under construction. Operations (`ops/`) append nodes; `encodeModel` turns it into bytes. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: readonly Value[];
  readonly initializers: readonly Initializer[];
  readonly outputs: ReadonlyMap<string, Value>;
  readonly tape: Tape;
  /** An empty graph for the `body` of one of this graph's nodes. Its names differ from all others. */
  body(): Graph;
  /** A tensor fed at each run. */
  input(name: string, dtype: Dtype, shape: Shape): Value;
  /** Names a result. The node that produces it is renamed, since an Identity node would make a full copy. */
  output(name: string, value: Value): void;
  /** A small constant, stored once however often it is requested. A list is a vector unless `shape` is given. */
  constant(values: number | readonly number[], dtype?: Dtype, shape?: Shape): Value;
  /** A named tensor whose bytes (little-endian) are stored in the model itself. */
  initializer(name: string, dtype: Dtype, shape: Shape, data: ArrayBufferView): Value;
  /** A named tensor read from a file beside the model, such as `model.safetensors`. Repeated calls share one value. */
  external(name: string, dtype: Dtype, shape: Shape, data: ExternalData): Value;
  /** Any operation of any domain (`com.microsoft`, …), for those that `ops/` lacks. No gradient. */
  node(
    type: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly OutputType[],
    options?: { attributes?: Attributes; domain?: string },
  ): Value[];
  /** The run-time length behind a symbolic name, as int64 [1]: bound, or read from the first input that has it. */
  dimension(name: string): Value;
  /** Defines a symbolic name that no input carries. `length` is int64 [1]. */
  bindDimension(name: string, length: Value): void;
}

/** The gradient of a table that was read only at some rows: `gradient[indices[i]] += rows[i]`. */
export interface RowGradient {
  readonly indices: Value; // [M]
  readonly rows: Value; // [M, D]
}
export type PartialGradient = Value | RowGradient;

/** Maps the gradients of a node's outputs to those of its inputs, in order; `undefined` where there is none. */
export type BackwardRule = (gradients: readonly Value[]) => readonly (PartialGradient | undefined)[];

export interface TapeEntry {
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly backward: BackwardRule;
}

/**
 * Everything computed from watched values, in order. A graph with nothing watched keeps no tape, so decoding and
 * training can share their operations.
 */
export interface Tape {
  readonly entries: readonly TapeEntry[];
  watch(value: Value): void;
  watches(value: Value): boolean;
  record(entry: TapeEntry): void;
  /** Runs `write` without recording, because the nodes of the backward pass need no gradients. */
  paused<T>(write: () => T): T;
}

/** An operand of an elementwise operation: a value, or a number that becomes a constant. */
export type Operand = Value | number;

/** `axis` counted from the front; negative ones count from the back, as in NumPy. */
export const axisOf = (shape: Shape, axis: number): number => (axis < 0 ? shape.length + axis : axis);

/** The length of one axis; throws if the shape has no such axis. */
export function dimensionAt(shape: Shape, axis: number): Dimension {
  const dimension = shape[axisOf(shape, axis)];
  if (dimension === undefined) throw new Error(`shape [${shape}] has no axis ${axis}`);
  return dimension;
}

/** The same shape with the length of one axis replaced. */
export const withDimension = (shape: Shape, axis: number, dimension: Dimension): Shape =>
  shape.with(axisOf(shape, axis), dimension);

/** NumPy's broadcasting of two shapes, with axes aligned from the back. Symbolic names must agree. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[a.length - rank + axis] ?? 1;
    const y = b[b.length - rank + axis] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

/** Number of elements of a shape without symbolic dimensions. */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((product, dimension) => {
    if (typeof dimension === 'string') throw new Error(`shape [${shape}] has no fixed size`);
    return product * dimension;
  }, 1);
}
