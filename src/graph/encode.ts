import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import {
  type Attribute,
  type Dtype,
  type Graph,
  type Initializer,
  type Node,
  type Value,
  valuesRead,
} from './value.ts';

const dataTypes: Record<Dtype, DataType> = {
  float32: DataType.FLOAT,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  int8: DataType.INT8,
  uint8: DataType.UINT8,
  int32: DataType.INT32,
  int64: DataType.INT64,
  uint32: DataType.UINT32,
  uint64: DataType.UINT64,
  bool: DataType.BOOL,
};

/** ONNX's number for an element type, as `Cast` takes it. */
export const dataTypeOf = (dtype: Dtype): number => dataTypes[dtype];

/** ONNX 1.16: the newest opset in which onnxruntime 1.30's CPU provider has a kernel for every operation we use. */
const OPSET = 21n;
const IR_VERSION = 10n;

/**
 * Encodes the graph as an ONNX model, ready for `InferenceSession.create`. Nodes and initializers that no output needs
 * are left out, so gradient rules may append nodes that turn out to be unused.
 */
export function encodeModel(graph: Graph, name = 'chispa'): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'chispa',
      opsetImport: [
        { domain: '', version: OPSET },
        { domain: 'com.microsoft', version: 1n },
      ],
      graph: encodeGraph(graph, name),
    }),
  );
}

type Naming = (value: Value | undefined) => string;

/** `outer` names the values of the graphs around this one. */
function encodeGraph(graph: Graph, name: string, outer: Naming = (value) => value?.name ?? ''): GraphProto {
  const { nodes, needed } = reachable(graph);
  const { names, copies } = nameOutputs(graph, nodes);
  const nameOf: Naming = (value) => (value && names.get(value)) ?? outer(value);
  return create(GraphProtoSchema, {
    name,
    node: [
      ...nodes.map((node) =>
        create(NodeProtoSchema, {
          opType: node.type,
          domain: node.domain,
          name: nameOf(node.outputs[0]),
          input: node.inputs.map(nameOf),
          output: node.outputs.map(nameOf),
          attribute: Object.entries(node.attributes).flatMap(([key, value]) =>
            value === undefined ? [] : [attribute(key, value, nameOf)],
          ),
        }),
      ),
      ...copies.map(([output, value]) =>
        create(NodeProtoSchema, { opType: 'Identity', input: [nameOf(value)], output: [output] }),
      ),
    ],
    initializer: graph.initializers.filter(({ value }) => needed.has(value)).map(tensor),
    input: graph.inputs.map((value) => valueInfo(value.name, value)),
    output: [...graph.outputs].map(([output, value]) => valueInfo(output, value)),
  });
}

/** The nodes that outputs depend on, in order, and every value they touch. */
function reachable(graph: Graph): { nodes: Node[]; needed: Set<Value> } {
  const needed = new Set<Value>(graph.outputs.values());
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const value of valuesRead(node)) needed.add(value);
  }
  return { nodes: nodes.reverse(), needed };
}

/** Gives the values that nodes produce their output names; where no node can be renamed, the output is a copy. */
function nameOutputs(graph: Graph, nodes: readonly Node[]) {
  const produced = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map<Value, string>();
  const copies: [string, Value][] = [];
  for (const [output, value] of graph.outputs) {
    if (produced.has(value) && !names.has(value)) names.set(value, output);
    else copies.push([output, value]);
  }
  return { names, copies };
}

function attribute(name: string, value: Attribute, nameOf: Naming) {
  if (typeof value === 'string')
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    });
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  if ('body' in value)
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.GRAPH,
      g: encodeGraph(value.body, name, nameOf),
    });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

function tensor({ value, data }: Initializer) {
  const described = { name: value.name, dataType: dataTypes[value.dtype], dims: value.shape.map(BigInt) };
  if (data instanceof Uint8Array)
    return create(TensorProtoSchema, { ...described, rawData: new Uint8Array(data) });
  return create(TensorProtoSchema, {
    ...described,
    dataLocation: DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: data.location },
      { key: 'offset', value: String(data.offset) },
      { key: 'length', value: String(data.length) },
    ],
  });
}

function valueInfo(name: string, { dtype, shape }: Value) {
  const dim = shape.map((dimension) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof dimension === 'string'
          ? { case: 'dimParam', value: dimension }
          : { case: 'dimValue', value: BigInt(dimension) },
    }),
  );
  const type = { case: 'tensorType', value: { elemType: dataTypes[dtype], shape: { dim } } } as const;
  return create(ValueInfoProtoSchema, { name, type: { value: type } });
}
