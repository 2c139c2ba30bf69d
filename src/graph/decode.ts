import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import { fusedAddLayerNorm, fusedAddRmsNorm, timesTransposed } from './fused.ts';
import { createGraph } from './graph.ts';
import {
  add,
  and,
  concat,
  expandTo,
  gather,
  gemm,
  greaterOrEqual,
  less,
  lessOrEqual,
  matmul,
  mul,
  or,
  range,
  reshape,
  softmax,
  transpose,
  unsqueeze,
  where,
} from './ops/index.ts';
import { sampler } from './sampler.ts';
import { adaptedProjection } from './stacked-lora.ts';
import { transformer } from './transformer.ts';
import { plainProjection, type TransformerParts } from './transformer-parts.ts';
import type { Dimension, Graph, Value } from './value.ts';

/** Low enough that its softmax is exactly 0 in float32. */
const MASKED = -1e9;

export interface DecodeParts extends Pick<TransformerParts, 'parameter' | 'embed'> {
  /** Default: products with the unquantized weights. */
  project?: TransformerParts['project'];
  /** Logits [R, V] of hidden states [R, D]; default: a product with the (tied) head matrix. */
  head?(hidden: Value): Value;
}

/**
 * The graph that both reads prompts and decodes: B rows, S new tokens each, after `lengths` tokens in the cache.
 *
 * Inputs: `ids` int64 [B, S]; `lengths` int64 [B]; `past_key.i`, `past_value.i` [B, G, T, W] for each layer, T the
 * cache's capacity, of which row b uses `lengths[b]` tokens; `rows` int64 [R], the tokens (counted over B·S) to predict
 * from, empty for all but the last part of a prompt; the sampler's inputs; with `adapters`, those of `adaptedProjection`.
 * Outputs: `logits` [R, V]; `hidden` [B·S, D], the last hidden states; `new_keys_values` [B, 2·L·G, S, W], for each layer
 * the new keys of its heads, then their new values; the sampler's outputs.
 *
 * The cache is only an input, and the host writes the new entries into it: onnxruntime-node copies every output, so a
 * graph that returned the whole cache would copy it at each step.
 */
export function decodeGraph(
  config: ModelConfig,
  makeParts: (graph: Graph) => DecodeParts,
  options: { adapters?: readonly string[] } = {},
): Graph {
  const graph = createGraph();
  const parts = makeParts(graph);
  const { parameter } = parts;
  const { heads, keyValueHeads, headWidth, layers } = config;

  const ids = graph.input('ids', 'int64', ['B', 'S']);
  const lengths = graph.input('lengths', 'int64', ['B']);
  const cache = (name: string) => graph.input(name, 'float32', ['B', keyValueHeads, 'T', headWidth]);
  const past = Array.from({ length: layers }, (_, i) => ({
    key: cache(`past_key.${i}`),
    value: cache(`past_value.${i}`),
  }));
  const rows = graph.input('rows', 'int64', ['R']);
  graph.bindDimension('T+S', add(graph.dimension('T'), graph.dimension('S')));
  graph.bindDimension('N', mul(graph.dimension('B'), graph.dimension('S')));

  const step = range(graph, 'S');
  const positions = add(unsqueeze(lengths, [1]), step); // [B, S]
  // Positions in the cache, then among the new tokens: a token sees its row's cache and the new tokens up to itself.
  const place = range(graph, 'T+S');
  const held = less(place, unsqueeze(lengths, [1, 2, 3])); // [B, 1, 1, T+S]
  const start = graph.dimension('T');
  const own = and(greaterOrEqual(place, start), lessOrEqual(place, add(unsqueeze(step, [1]), start))); // [S, T+S]
  const seen = where(or(held, own), graph.constant(0), graph.constant(MASKED)); // [B, 1, S, T+S]
  const lengthsOfParts = concat([start, graph.dimension('S')], 0, 2);

  // Query heads that share keys form one matrix, with their tokens stacked, so that no key or value is copied.
  const group = heads / keyValueHeads;
  const asking = group === 1 ? 'S' : `${group}S`;
  if (group > 1) graph.bindDimension(asking, mul(graph.dimension('S'), group));
  const grouped = (x: Value, width: Dimension): Value =>
    group === 1 ? x : reshape(x, ['B', keyValueHeads, asking, width]); // [B, G, H/G·S, width]
  const mask = group === 1 ? seen : repeated(seen);

  // A step of a small batch is hundreds of small operations, and each costs microseconds whatever it does. The code
  // below uses as few as possible.
  const fresh: Value[] = [];
  const attend: TransformerParts['attend'] = (q, k, v, { scale, layer }) => {
    const { key, value } = past[layer] ?? unreachable();
    fresh.push(k, v);
    // Scaled before they are grouped: onnxruntime has a much faster product for a single query without a factor, and
    // moves one into it from a multiplication right before it (MatMulScaleFusion). The reshape of grouped queries stands
    // between the two; where each head has its own keys, as in GPT-2, the factor is moved all the same.
    const query = grouped(mul(q, scale), headWidth);
    const scores = concat([timesTransposed(query, key), timesTransposed(query, k)], -1, 'T+S'); // [B, G, H/G·S, T+S]
    const [ofPast, ofOwn] = atBoundary(softmax(add(scores, mask)));
    const answers = add(matmul(ofPast, value), matmul(ofOwn, v)); // [B, G, H/G·S, W]
    const mixed = group === 1 ? answers : reshape(answers, ['B', heads, 'S', headWidth]);
    return reshape(transpose(mixed, [0, 2, 1, 3]), ['N', heads * headWidth]);
  };
  /** The mask [B, 1, S, T+S], repeated for every head of a group: [B, 1, H/G·S, T+S]. */
  function repeated(mask: Value): Value {
    const each = expandTo(unsqueeze(mask, [1]), ['B', 1, group, 'S', 'T+S']);
    return reshape(each, ['B', 1, asking, 'T+S']);
  }
  /** Splits the probabilities [B, G, H/G·S, T+S] into those of the cached tokens and those of the new ones. */
  const atBoundary = (p: Value): [Value, Value] => {
    const type = (length: string) =>
      ({ dtype: 'float32', shape: ['B', keyValueHeads, asking, length] }) as const;
    const [past = unreachable(), own = unreachable()] = graph.node(
      'Split',
      [p, lengthsOfParts],
      [type('T'), type('S')],
      { attributes: { axis: 3 } },
    );
    return [past, own];
  };

  const project = parts.project ?? plainProjection(config, parameter);

  const hidden = transformer(
    config,
    {
      ...parts,
      batch: 'B',
      length: 'S',
      attend,
      project: adaptedProjection(graph, project, options.adapters),
      addLayerNorm: fusedAddLayerNorm,
      addRmsNorm: fusedAddRmsNorm,
    },
    reshape(ids, ['N']),
    reshape(positions, ['N']),
  );
  const head = parts.head ?? ((x) => gemm(x, parameter(layoutOf(config).head), { transposeB: true }));
  const logits = head(gather(hidden, rows));
  graph.output('logits', logits);
  graph.output('hidden', hidden);
  graph.output('new_keys_values', concat(fresh, 1, 2 * layers * keyValueHeads));
  sampler(graph, logits);
  return graph;
}

function unreachable(): never {
  throw new Error('unreachable: the node has that output');
}
