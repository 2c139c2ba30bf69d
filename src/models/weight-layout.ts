import { ChispaError } from '../lib/errors.ts';

/** A linear layer of a block, named without `.weight` and `.bias`. */
export interface LinearLayer {
  name: string;
  inputs: number;
  outputs: number;
  bias: boolean;
}

/**
 * The weights of a model with a given config, and how Hugging Face stores them. Our names are theirs without a
 * prefix.
 */
export interface WeightLayout {
  /** Prefix of Hugging Face's names, except for the head: `transformer.`. */
  prefix: string;
  /** Prefix of a block's names, before its number: `h.`. */
  blocks: string;
  /** Every weight with its shape, in the order of the module tree. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /**
   * Names of the token embedding [V, D] and of the matrix [V, D] that computes the logits. They are the same when
   * tied.
   */
  embedding: string;
  head: string;
  /** The linear layers of the blocks, grouped by the input they read. */
  linears: readonly (readonly LinearLayer[])[];
  /** Whether a linear layer's matrix is [in, out] (Conv1D) or [out, in] (PyTorch's Linear). */
  inputsFirst: boolean;
  /** Tensors that old checkpoints contain besides the weights, by name without prefix. */
  buffers: RegExp;
}

/** The linear layers of one block, by their names within it: `attn.c_attn`. An adapter may change any of them. */
export const linearNames = ({ linears, blocks }: WeightLayout): string[] =>
  linears
    .flat()
    .flatMap(({ name }) => (name.startsWith(`${blocks}0.`) ? [name.slice(blocks.length + 2)] : []));

/** What an adapter may be told to change, besides layers by name: every linear layer, or those that attention begins with. */
const LAYER_GROUPS = ['all-linear', 'attention-input'] as const;

/** The linear layers of a block that these names and groups stand for, in their order there. Throws `bad-target`. */
export function namedLayers(layout: WeightLayout, names: readonly string[]): string[] {
  const all = linearNames(layout);
  const groups: Readonly<Record<string, readonly string[]>> = {
    'all-linear': all,
    'attention-input': all.slice(0, layout.linears[0]?.length),
  };
  const unknown = names.find((name) => !Object.hasOwn(groups, name) && !all.includes(name));
  if (unknown !== undefined)
    throw new ChispaError(
      'bad-target',
      `The model has no layer ${unknown} that an adapter could change: it has ${[...all, ...LAYER_GROUPS].join(', ')}.`,
    );
  return all.filter((name) => names.some((given) => given === name || groups[given]?.includes(name)));
}

/** A weight's name in a Hugging Face file. */
export const storedName = ({ prefix }: WeightLayout, name: string): string =>
  name === 'lm_head.weight' ? name : prefix + name;
