import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import type { LlamaConfig } from '../models/llama-config.ts';
import { expectedShapes } from '../models/shapes.ts';
import { segmentMask, selfAttention } from './attention.ts';
import { dropoutSites } from './dropout-sites.ts';
import { encodeModel } from './encode.ts';
import { gradients } from './gradients.ts';
import { createGraph } from './graph.ts';
import {
  addRows,
  type Chunks,
  expandTo,
  mul,
  type RotaryTable,
  reshape,
  tokenLosses,
  tokensAtOnce,
  weightedLoss,
} from './ops/index.ts';
import { rotaryTables } from './rotary.ts';
import { type LoraShape, loraProjection, loraShapes } from './trained-adapter.ts';
import { transformer } from './transformer.ts';
import { plainProjection } from './transformer-parts.ts';
import type { Graph, Value } from './value.ts';

export interface LossOptions {
  /** Probability of dropping an activation; 0 declares no random inputs. */
  dropout?: number;
  /**
   * Divides the logits before the softmax, as decoding does, so that the model learns the distribution that is sampled
   * at this temperature. Default 1.
   */
  temperature?: number;
  /** Train these adapters and leave the model's own weights alone. */
  lora?: LoraShape;
  /** Tokens whose logits are held at once. Default: as many as fit in 128 MB. */
  atOnce?: number;
  /**
   * For a GPU: without loops, which onnxruntime runs on the CPU, and with every gradient a whole tensor. Adds the inputs
   * `distinct:ids`, `distinct:positions` and `distinct:targets` int64 [U], which hold each number of these once, for
   * those that `TrainingGraph.distinct` names.
   */
  device?: boolean;
  /** On a `device`: the most tokens [N] that are expected, for which `atOnce` holds. Default: no more than `atOnce`. */
  tokens?: number;
}

/** A gradient that is output as rows; the host adds them: `gradient(table)[indices[i]] += output[i]`. */
export interface RowOutput {
  output: string; // [N, D]
  table: string;
  /** The graph input that holds the row indices. */
  indices: 'ids' | 'positions' | 'targets';
}

export interface TrainingGraph {
  model: Uint8Array;
  /** Trainable tensors, each fed under its name; a dense gradient is output as `gradientName(name)`. */
  trainable: ReadonlyMap<string, readonly number[]>;
  /** Weights that are also fed and never change. */
  frozen: ReadonlyMap<string, readonly number[]>;
  /** Names of the trainable tensors with a dense gradient output; the others have only rows. */
  dense: Set<string>;
  rows: RowOutput[];
  /** Inputs whose distinct numbers are fed, too (`device`). */
  distinct: Set<RowOutput['indices']>;
}

export const gradientName = (parameter: string): string => `gradient:${parameter}`;

/** The input with the distinct numbers of another one (`LossOptions.device`). */
export const distinctName = (indices: RowOutput['indices']): string => `distinct:${indices}`;

/**
 * The graph of one training step. Inputs: ids, positions, segments int64 [B, T]; targets int64 [N] and weights
 * float32 [N], N = B·T, where `weights` is how much each token's loss counts (0: ignored); every weight of the model;
 * with dropout, the random inputs of `dropoutInputs`. Outputs: `loss`, the weighted sum; `losses` [N] in nats; the
 * gradients.
 */
export function trainingGraph(config: ModelConfig, options: LossOptions = {}): TrainingGraph {
  const graph = createGraph();
  const model = expectedShapes(config);
  const trainable = options.lora ? loraShapes(config, options.lora) : model;
  const frozen = options.lora ? model : new Map<string, number[]>();
  const parameters = inputs(graph, [...frozen, ...trainable]);
  const learning = [...trainable.keys()].map((name) => fed(parameters, name));
  for (const parameter of learning) graph.tape.watch(parameter);

  const tokens = tokenInputs(graph);
  const { loss, losses } = weightedLoss(
    lastHidden(graph, config, parameters, tokens, options),
    fed(parameters, layoutOf(config).head),
    {
      targets: tokens.targets,
      weights: graph.input('weights', 'float32', ['N']),
      ...chunksOf(config, options),
    },
  );
  graph.output('loss', loss);
  graph.output('losses', losses);

  const dense = new Set<string>();
  const rows: RowOutput[] = [];
  const outputs = new Map<Value, string>();
  const places = new Map([
    [tokens.ids, 'ids'],
    [tokens.positions, 'positions'],
    [tokens.targets, 'targets'],
  ] as const);
  const distinct = new Map<RowOutput['indices'], Value>();
  const distinctOf = (indices: RowOutput['indices']): Value => {
    const known =
      distinct.get(indices) ?? graph.input(distinctName(indices), 'int64', [`distinct ${indices}`]);
    distinct.set(indices, known);
    return known;
  };
  gradients(loss, learning).forEach((gradient, i) => {
    const parameter = learning[i];
    if (!parameter) return;
    const table = parameter.name;
    const placeOf = (indices: Value) => {
      const place = places.get(indices);
      if (!place) throw new Error(`the rows of ${table} are not named by an input`);
      return place;
    };
    if (options.device) {
      dense.add(table);
      const whole = gradient.rows.reduce(
        (sum, part) => addRows(sum, distinctOf(placeOf(part.indices)), part.indices, part.rows),
        gradient.dense ?? expandTo(graph.constant(0), parameter.shape),
      );
      graph.output(gradientName(table), whole);
      return;
    }
    if (gradient.dense) {
      dense.add(table);
      graph.output(gradientName(table), gradient.dense);
    }
    for (const part of gradient.rows) {
      const indices = placeOf(part.indices);
      const output = outputs.get(part.rows) ?? `rows:${outputs.size}`;
      if (!outputs.has(part.rows)) graph.output(output, part.rows);
      outputs.set(part.rows, output);
      rows.push({ output, table, indices });
    }
  });
  return {
    model: encodeModel(graph, 'training'),
    ...{ trainable, frozen, dense, rows },
    distinct: new Set(distinct.keys()),
  };
}

/** The same forward pass without gradients or dropout: output `losses` [N]. */
export function evaluationGraph(config: ModelConfig, options: Omit<LossOptions, 'dropout'> = {}): Uint8Array {
  const graph = createGraph();
  const shapes = [...expectedShapes(config), ...(options.lora ? loraShapes(config, options.lora) : [])];
  const parameters = inputs(graph, shapes);
  const tokens = tokenInputs(graph);
  const hidden = lastHidden(graph, config, parameters, tokens, options);
  graph.output(
    'losses',
    tokenLosses(hidden, fed(parameters, layoutOf(config).head), tokens.targets, chunksOf(config, options)),
  );
  return encodeModel(graph, 'evaluation');
}

function chunksOf(
  { vocabSize }: ModelConfig,
  { atOnce = tokensAtOnce(vocabSize), device, tokens = 1 }: LossOptions,
): Chunks {
  if (!device) return { atOnce };
  return { parts: Math.ceil(tokens / atOnce) };
}

type Parameters = ReadonlyMap<string, Value>;
type TokenInputs = Record<'ids' | 'positions' | 'segments' | 'targets', Value>;

const inputs = (graph: Graph, shapes: readonly [string, readonly number[]][]): Parameters =>
  new Map(shapes.map(([name, shape]) => [name, graph.input(name, 'float32', shape)]));

function tokenInputs(graph: Graph): TokenInputs {
  const grid = (name: string) => graph.input(name, 'int64', ['B', 'T']);
  return {
    ids: reshape(grid('ids'), ['N']),
    positions: reshape(grid('positions'), ['N']),
    segments: grid('segments'),
    targets: graph.input('targets', 'int64', ['N']),
  };
}

function fed(parameters: Parameters, name: string): Value {
  const value = parameters.get(name);
  if (!value) throw new Error(`the model has no weight ${name}`);
  return value;
}

/** The rotations of positions [N], read from a table. */
function rotationsAt(graph: Graph, config: LlamaConfig, positions: Value): RotaryTable {
  const [cos, sin] = rotaryTables(graph, config, 'float32');
  return { cos, sin, rows: reshape(positions, ['B', 'T']) };
}

/** What the head computes the logits from: [N, D]. */
function lastHidden(
  graph: Graph,
  config: ModelConfig,
  parameters: Parameters,
  { ids, positions, segments }: TokenInputs,
  { dropout = 0, temperature = 1, lora, device }: LossOptions,
): Value {
  const parameter = (name: string) => fed(parameters, name);
  const drop = dropout > 0 ? dropoutSites(graph, config, dropout) : undefined;
  const mask = segmentMask(graph, segments);
  const project = plainProjection(config, parameter);
  const hidden = transformer(
    config,
    {
      batch: 'B',
      length: 'T',
      parameter,
      ...(device && config.architecture === 'llama' && { rotations: rotationsAt(graph, config, positions) }),
      project: lora ? loraProjection(lora, project, (name) => parameters.get(name)) : project,
      attend: (query, key, value, { scale, layer }) =>
        selfAttention(
          { query, key, value },
          { scale, mask, ...(drop && { dropout: (p) => drop.attention(p, layer) }) },
        ),
      ...(drop && { dropout: drop.residual }),
    },
    ids,
    positions,
  );
  // Scaling the head's input scales its logits, and the input is a fraction of their size.
  return temperature === 1 ? hidden : mul(hidden, 1 / temperature);
}
