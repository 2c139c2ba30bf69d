import { createTape } from './tape.ts';
import { type Dtype, elementCount, type Graph, type Initializer, type Node, type Value } from './value.ts';

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

/** `prefix` begins the names of a body, which must differ from those of the graph around it. */
export function createGraph(prefix = ''): Graph {
  const nodes: Node[] = [];
  const inputs: Value[] = [];
  const initializers: Initializer[] = [];
  const outputs = new Map<string, Value>();
  const constants = new Map<string, Value>();
  const externals = new Map<string, Value>();
  const dimensions = new Map<string, Value>();
  const names = new Set<string>();
  let count = 0;
  let bodies = 0;

  const claim = (name: string): string => {
    if (names.has(name)) throw new Error(`the graph already has a tensor called ${name}`);
    names.add(name);
    return name;
  };
  const fresh = (stem: string): string => claim(`${prefix}${stem}_${count++}`);
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

    body: () => createGraph(`${prefix}body${bodies++}.`),

    input(name, dtype, shape) {
      const value: Value = { graph, name: claim(prefix + name), dtype, shape };
      inputs.push(value);
      return value;
    },

    output(name, value) {
      outputs.set(claim(prefix + name), value);
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
