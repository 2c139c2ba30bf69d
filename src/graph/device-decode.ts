import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import type { DecodeParts } from './decode.ts';
import { fusedAddLayerNorm, fusedAddRmsNorm } from './fused.ts';
import { createGraph } from './graph.ts';
import { cast, gather, gemm, reshape } from './ops/index.ts';
import { only } from './ops/op.ts';
import { rotaryTables } from './rotary.ts';
import { adaptedProjection } from './stacked-lora.ts';
import { transformer } from './transformer.ts';
import { plainProjection, type TransformerParts } from './transformer-parts.ts';
import type { Dtype, Graph, Value } from './value.ts';

/**
 * The decode graph for a device that keeps the cache in its own memory: B rows, S new tokens each. Unlike `decodeGraph`,
 * it has no sampler, and it returns the caches: the host names the same buffers as inputs and outputs, so that the new
 * entries are written in place. onnxruntime's GroupQueryAttention does all of a layer's attention in two to four
 * dispatches; it splits heads, rotates, writes to the cache and reads only as much of it as a row has tokens.
 *
 * Inputs: `ids` and `positions` int64 [N], N = B·S, of the new tokens; `grouping` int64 [3], which is B, S, -1; `last`
 * int32 [B], the position of each row's last new token; `longest` int32 [1], the largest number of tokens that a row
 * then has; `past_key.i`, `past_value.i` [B, G, T, W] for each layer, T the cache's capacity; `rows` int64 [R], the
 * tokens (counted over B·S) to predict from.
 * Outputs: `logits` float32 [R, V]; `hidden` float32 [N, D], the last hidden states; `present_key.i`, `present_value.i`
 * [B, G, T, W].
 *
 * With more than one new token per row, only one row is allowed (B = 1). `dtype` is that of the weights that `parts`
 * gives, of the activations and of the cache.
 */
export function deviceDecodeGraph(
  config: ModelConfig,
  makeParts: (graph: Graph) => DecodeParts,
  { dtype, adapters }: { dtype: Dtype; adapters?: readonly string[] },
): Graph {
  const graph = createGraph();
  const parts = makeParts(graph);
  const { heads, keyValueHeads, headWidth } = config;

  const ids = graph.input('ids', 'int64', ['N']);
  const positions = graph.input('positions', 'int64', ['N']);
  const grouping = graph.input('grouping', 'int64', [3]);
  const last = graph.input('last', 'int32', ['B']);
  const longest = graph.input('longest', 'int32', [1]);
  const rows = graph.input('rows', 'int64', ['R']);
  const cacheShape = ['B', keyValueHeads, 'T', headWidth] as const;
  const rotary = config.architecture === 'llama' ? rotaryTables(graph, config, dtype) : [];

  const attendProjected: TransformerParts['attendProjected'] = ([query, key, value], { scale, layer }) => {
    const past = (name: string) => graph.input(`past_${name}.${layer}`, dtype, cacheShape);
    const byRow = (x: Value | undefined) => x && grouped(x, grouping);
    const [mixed, presentKey, presentValue] = graph.node(
      'GroupQueryAttention',
      [byRow(query), byRow(key), byRow(value), past('key'), past('value'), last, longest, ...rotary],
      [
        { dtype, shape: ['B', 'S', heads * headWidth] },
        { dtype, shape: cacheShape },
        { dtype, shape: cacheShape },
      ],
      {
        domain: 'com.microsoft',
        attributes: {
          num_heads: heads,
          kv_num_heads: keyValueHeads,
          scale: { float: scale },
          do_rotary: rotary.length > 0 ? 1 : 0,
        },
      },
    );
    if (!mixed || !presentKey || !presentValue) throw new Error('GroupQueryAttention has three outputs');
    graph.output(`present_key.${layer}`, presentKey);
    graph.output(`present_value.${layer}`, presentValue);
    return reshape(mixed, ['N', heads * headWidth]);
  };

  const project = parts.project ?? plainProjection(config, parts.parameter);

  const hidden = transformer(
    config,
    {
      ...parts,
      batch: 'B',
      length: 'S',
      project: adaptedProjection(graph, project, adapters, { device: dtype }),
      attend: () => unreachable(),
      attendProjected,
      addLayerNorm: fusedAddLayerNorm,
      addRmsNorm: fusedAddRmsNorm,
    },
    ids,
    positions,
  );
  const head = parts.head ?? ((x) => gemm(x, parts.parameter(layoutOf(config).head), { transposeB: true }));
  graph.output('hidden', cast(hidden, 'float32'));
  graph.output('logits', cast(head(gather(hidden, rows)), 'float32'));
  return graph;
}

/** x [N, W] as [B, S, W]. Its shape is fed: if onnxruntime had to compute it, every run would do so on the CPU. */
const grouped = (x: Value, grouping: Value): Value =>
  only(x.graph.node('Reshape', [x, grouping], [{ dtype: x.dtype, shape: ['B', 'S', x.shape[1] ?? 0] }]));

function unreachable(): never {
  throw new Error('unreachable: attention is projected');
}
