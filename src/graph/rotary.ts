import type { LlamaConfig } from '../models/llama-config.ts';
import type { RotaryConfig } from '../models/rotary-config.ts';
import { cast, cos, mul, type RotaryTable, range, reshape, sin, unsqueeze } from './ops/index.ts';
import type { TransformerParts } from './transformer-parts.ts';
import type { Dtype, Graph, Value } from './value.ts';

/**
 * The angle [width / 2] by which each pair of a head's numbers rotates from one token to the next, after the scaling
 * in transformers' `modeling_rope_utils.py`.
 */
export function rotaryFrequencies(rotary: RotaryConfig, width: number): number[] {
  const base = Array.from({ length: width / 2 }, (_, i) => Math.fround(rotary.theta ** ((-2 * i) / width)));
  switch (rotary.type) {
    case 'default':
      return base;
    case 'linear':
      return base.map((frequency) => frequency / rotary.factor);
    case 'llama3':
      return base.map((frequency) => llama3(frequency, rotary));
    case 'yarn': {
      const [low, high] = yarnRange(rotary, width);
      return base.map((frequency, i) => {
        const ramp = Math.min(1, Math.max(0, (i - low) / (high - low))); // 0 keeps, 1 divides
        return (frequency / rotary.factor) * ramp + frequency * (1 - ramp);
      });
    }
  }
}

/** Slows down rotations whose period is longer than the original context; leaves short periods as they are. */
function llama3(frequency: number, rotary: RotaryConfig & { type: 'llama3' }): number {
  const { factor, lowFactor, highFactor, originalPositions } = rotary;
  const turns = (originalPositions * frequency) / (2 * Math.PI); // full turns within the original context
  if (turns > highFactor) return frequency;
  if (turns < lowFactor) return frequency / factor;
  const kept = (turns - lowFactor) / (highFactor - lowFactor);
  return ((1 - kept) * frequency) / factor + kept * frequency;
}

/** The pairs between which YaRN's ramp goes from keeping to dividing. */
function yarnRange(rotary: RotaryConfig & { type: 'yarn' }, width: number): [number, number] {
  const { theta, betaFast, betaSlow, originalPositions, truncate } = rotary;
  const pairOf = (turns: number) =>
    (width * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [first, last] = [pairOf(betaFast), pairOf(betaSlow)];
  const low = Math.max(0, truncate ? Math.floor(first) : first);
  const high = Math.min(width - 1, truncate ? Math.ceil(last) : last);
  return [low, high === low ? high + 0.001 : high];
}

/** The factor of cosines and sines, by which YaRN makes attention sharper. */
const rotaryFactor = (rotary: RotaryConfig): number => (rotary.type === 'yarn' ? rotary.attentionFactor : 1);

/**
 * Cosines and sines [positions, W/2] of every position, in the graph as numbers: a GPU's own are good for three or four
 * digits.
 */
export function rotaryTables(
  graph: Graph,
  { rotary, headWidth, positions }: Pick<LlamaConfig, 'rotary' | 'headWidth' | 'positions'>,
  dtype: Dtype,
): [cos: Value, sin: Value] {
  const frequencies = rotaryFrequencies(rotary, headWidth);
  const factor = rotaryFactor(rotary);
  const table = (name: string, of: (angle: number) => number) => {
    const values = new Float32Array(positions * frequencies.length);
    for (let position = 0; position < positions; position++)
      for (const [i, frequency] of frequencies.entries())
        values[position * frequencies.length + i] =
          of(Math.fround(position * Math.fround(frequency))) * factor;
    return cast(graph.initializer(name, 'float32', [positions, frequencies.length], values), dtype);
  };
  return [table('rotary_cosines', Math.cos), table('rotary_sines', Math.sin)];
}

/** Cosines and sines of the angles at positions int64 [N], as `rotate` takes them. */
export function rotaryTable(
  graph: Graph,
  rotary: RotaryConfig,
  positions: Value,
  { batch, length, width }: Pick<TransformerParts, 'batch' | 'length'> & { width: number },
): RotaryTable {
  const frequencies = graph.constant(rotaryFrequencies(rotary, width), 'float32');
  const angles = mul(unsqueeze(cast(positions, 'float32'), [1]), frequencies); // [N, W/2]
  const factor = rotaryFactor(rotary);
  const scaled = (x: Value) => (factor === 1 ? x : mul(x, factor));
  return {
    cos: scaled(cos(angles)),
    sin: scaled(sin(angles)),
    rows: reshape(range(graph, 'N'), [batch, length]),
  };
}
