import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { encodeModel } from '../../src/graph/encode.ts';
import { fusedAddRmsNorm } from '../../src/graph/fused.ts';
import { createGraph } from '../../src/graph/graph.ts';
import {
  add,
  and,
  cast,
  concat,
  gemm,
  greaterOrEqual,
  matmul,
  mul,
  range,
  reshape,
  softmax,
  squeeze,
  sub,
  sum,
  swapLast,
  transpose,
  unsqueeze,
  where,
} from '../../src/graph/ops/index.ts';
import { transformer } from '../../src/graph/transformer.ts';
import { plainProjection, type TransformerParts } from '../../src/graph/transformer-parts.ts';
import type { Dtype, Graph, Value } from '../../src/graph/value.ts';
import { type ModelConfig, parseConfig } from '../../src/models/config.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import {
  openSafetensors,
  readTensor,
  type SafetensorsFile,
  type TensorSource,
  writeSafetensors,
} from '../../src/models/safetensors.ts';
import { findTensor } from '../../src/models/shapes.ts';
import type { WeightLayout } from '../../src/models/weight-layout.ts';
import type { BenchPrecision } from './engines/engine.ts';

/**
 * The model in the layout that transformers.js loads, as it is exported for it: past keys and values are inputs, and
 * the outputs are these concatenated with the new ones; Llama's family has onnxruntime's GroupQueryAttention. q8 is what
 * `quantize_dynamic` makes, in the fused form that onnxruntime runs: int8 weights with one scale per column, activations
 * quantized with one scale per tensor.
 */
export async function transformersModel(source: string, precision: BenchPrecision): Promise<string> {
  const folder = join(source, 'transformers');
  const name = precision === 'q8' ? 'model_quantized' : 'model';
  const target = join(folder, 'onnx', `${name}.onnx`);
  if (existsSync(target)) return folder;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const text = await readFile(join(source, 'config.json'), 'utf8');
  const config = parseConfig(text, 'bench');
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({ ...JSON.parse(text), 'transformers.js_config': { use_external_data_format: true } }),
  );
  await writeFile(join(folder, 'generation_config.json'), JSON.stringify({ _from_model_config: true }));
  const weights = await openSafetensors(join(source, 'model.safetensors'));
  const data = join(folder, 'onnx', `${name}.onnx_data`);
  const layout = layoutOf(config);
  await writeSafetensors(
    data,
    [...layout.shapes].flatMap(([name, shape]) => stored(weights, layout, name, shape, precision)),
  );
  await writeFile(target, encodeModel(exported(config, await openSafetensors(data), precision)));
  return folder;
}

const isMatrix = (name: string, shape: readonly number[]) => shape.length === 2 && name !== 'wpe.weight';

const TILE = 64;

/** Tensors in the data file; a tied head is stored a second time, as [in, out]. */
function stored(
  weights: SafetensorsFile,
  layout: WeightLayout,
  name: string,
  shape: readonly number[],
  precision: BenchPrecision,
): TensorSource[] {
  const read = async () => readTensor(weights, findTensor(weights, layout, name)?.name ?? name);
  const plain: TensorSource = {
    name,
    dtype: 'F32',
    shape,
    async *chunks() {
      yield new Uint8Array((await read()).buffer);
    },
  };
  if (precision !== 'q8' || !isMatrix(name, shape)) return [plain];
  const head = name === layout.head;
  const outputsFirst = head || !layout.inputsFirst;
  const [inputs = 0, outputs = 0] = outputsFirst ? shape.toReversed() : shape;
  const scales = new Float32Array(outputs);
  const codes: TensorSource = {
    name: `${name}.codes`,
    dtype: 'I8',
    shape: [inputs, outputs],
    async *chunks() {
      const values = await read();
      const [nextInput, nextOutput] = outputsFirst ? [1, inputs] : [outputs, 1];
      const made = new Int8Array(inputs * outputs);
      // A few inputs at a time: whichever way the weights are stored, all that is touched then stays in the cache.
      const each = (visit: (value: number, input: number, output: number) => void) => {
        for (let from = 0; from < inputs; from += TILE)
          for (let output = 0; output < outputs; output++)
            for (let input = from; input < Math.min(from + TILE, inputs); input++)
              visit(values[input * nextInput + output * nextOutput] as number, input, output);
      };
      each((value, _, output) => {
        const size = Math.abs(value) / 127;
        if (size > (scales[output] as number)) scales[output] = size;
      });
      each((value, input, output) => {
        made[input * outputs + output] = Math.round(value / (scales[output] || 1));
      });
      yield new Uint8Array(made.buffer);
    },
  };
  const factors: TensorSource = {
    name: `${name}.scales`,
    dtype: 'F32',
    shape: [outputs],
    async *chunks() {
      yield new Uint8Array(scales.buffer);
    },
  };
  return head ? [plain, codes, factors] : [codes, factors];
}

function exported(config: ModelConfig, data: SafetensorsFile, precision: BenchPrecision): Graph {
  const graph = createGraph();
  const { keyValueHeads, headWidth, layers, vocabSize } = config;
  const { head } = layoutOf(config);
  const external = (name: string, dtype: Dtype = 'float32'): Value => {
    const entry = data.tensors.get(name);
    if (!entry) throw new Error(`no ${name}`);
    const { shape, offset, length } = entry;
    return graph.external(name, dtype, shape, { location: basename(data.path), offset, length });
  };
  const ids = graph.input('input_ids', 'int64', ['batch_size', 'S']);
  const mask = graph.input('attention_mask', 'int64', ['batch_size', 'T']);
  const positions = graph.input('position_ids', 'int64', ['batch_size', 'S']);
  const past = Array.from({ length: layers }, (_, i) => {
    const input = (part: string) =>
      graph.input(`past_key_values.${i}.${part}`, 'float32', ['batch_size', keyValueHeads, 'P', headWidth]);
    return { key: input('key'), value: input('value') };
  });
  graph.bindDimension('N', mul(graph.dimension('batch_size'), graph.dimension('S')));
  const attention =
    config.architecture === 'gpt2'
      ? concatenatingAttention(graph, mask)
      : groupedAttention(graph, mask, config);
  const attend: TransformerParts['attend'] = (q, k, v, { scale, layer }) => {
    const { keys, values, mixed } = attention(q, [k, v], past[layer] ?? unreachable(), scale);
    graph.output(`present.${layer}.key`, keys);
    graph.output(`present.${layer}.value`, values);
    return mixed;
  };
  const multiply = (x: Value, name: string, outputs: number, bias?: Value): Value => {
    const [y] = graph.node(
      'DynamicQuantizeMatMul',
      [x, external(`${name}.codes`, 'int8'), external(`${name}.scales`), undefined, bias],
      [{ dtype: 'float32', shape: ['N', outputs] }],
      { domain: 'com.microsoft' },
    );
    return y ?? unreachable();
  };
  const outputsOf = (name: string) => data.tensors.get(`${name}.scales`)?.shape[0] ?? 0;
  const biasOf = (name: string) => (data.tensors.has(name) ? external(name) : undefined);
  const parameter = (name: string) => external(name);
  const hidden = transformer(
    config,
    {
      batch: 'batch_size',
      length: 'S',
      parameter,
      attend,
      ...(config.architecture === 'llama' && { addRmsNorm: fusedAddRmsNorm }),
      project:
        precision === 'q8'
          ? (x, names) =>
              names.map((name) =>
                multiply(x, `${name}.weight`, outputsOf(`${name}.weight`), biasOf(`${name}.bias`)),
              )
          : plainProjection(config, parameter),
    },
    reshape(ids, ['N']),
    reshape(positions, ['N']),
  );
  const logits =
    precision === 'q8'
      ? multiply(hidden, head, vocabSize)
      : gemm(hidden, external(head), { transposeB: true });
  graph.output('logits', reshape(logits, ['batch_size', 'S', vocabSize]));
  return graph;
}

/** Attention of queries [B, H, S, W] to the past and the new keys and values; all keys and values are returned, too. */
type Attention = (
  query: Value,
  fresh: [key: Value, value: Value],
  past: { key: Value; value: Value },
  scale: number,
) => { keys: Value; values: Value; mixed: Value };

function concatenatingAttention(graph: Graph, mask: Value): Attention {
  const last = sub(graph.dimension('T'), graph.dimension('S'));
  const places = add(range(graph, 'S'), last); // [S]
  const causal = greaterOrEqual(unsqueeze(places, [1]), range(graph, 'T')); // [S, T]
  const seen = and(causal, unsqueeze(cast(mask, 'bool'), [1, 2])); // [B, 1, S, T]
  const bias = where(seen, graph.constant(0), graph.constant(-1e9));
  return (q, [k, v], past, scale) => {
    const [, heads, , width] = q.shape;
    const keys = concat([past.key, k], 2, 'T');
    const values = concat([past.value, v], 2, 'T');
    const scores = add(mul(matmul(q, swapLast(keys)), scale), bias);
    const mixed = transpose(matmul(softmax(scores), values), [0, 2, 1, 3]);
    return { keys, values, mixed: reshape(mixed, ['N', Number(heads) * Number(width)]) };
  };
}

function groupedAttention(
  graph: Graph,
  mask: Value,
  { heads, keyValueHeads, headWidth }: ModelConfig,
): Attention {
  const before = cast(sub(sum(mask, 1), 1), 'int32'); // [B]
  const length = cast(squeeze(graph.dimension('T'), [0]), 'int32');
  const flat = (x: Value, count: number) =>
    reshape(transpose(x, [0, 2, 1, 3]), ['batch_size', 'S', count * headWidth]);
  const all = { dtype: 'float32', shape: ['batch_size', keyValueHeads, 'T', headWidth] } as const;
  return (q, [k, v], past, scale) => {
    const [mixed, keys, values] = graph.node(
      'GroupQueryAttention',
      [flat(q, heads), flat(k, keyValueHeads), flat(v, keyValueHeads), past.key, past.value, before, length],
      [{ dtype: 'float32', shape: ['batch_size', 'S', heads * headWidth] }, all, all],
      {
        domain: 'com.microsoft',
        attributes: { num_heads: heads, kv_num_heads: keyValueHeads, scale: { float: scale } },
      },
    );
    if (!mixed || !keys || !values) unreachable();
    return { keys, values, mixed: reshape(mixed, ['N', heads * headWidth]) };
  };
}

function unreachable(): never {
  throw new Error('unreachable: the node has that output');
}
