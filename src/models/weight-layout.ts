/** A linear layer of a block, named without `.weight` and `.bias`. */
export interface LinearLayer {
  name: string;
  inputs: number;
  outputs: number;
  bias: boolean;
}

/** Which weights a model of some shape has, and how Hugging Face stores them. Our names are theirs without a prefix. */
export interface WeightLayout {
  /** What Hugging Face's names begin with, the head's aside: `transformer.`. */
  prefix: string;
  /** What a block's names begin with, before its number: `h.`. */
  blocks: string;
  /** Every weight with its shape, in the order of the module tree. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** Names of the token embedding [V, D] and of the matrix [V, D] that makes logits; the same where they are tied. */
  embedding: string;
  head: string;
  /** The linear layers of the blocks; those that read the same input stand together. */
  linears: readonly (readonly LinearLayer[])[];
  /** Whether a linear layer's matrix is [in, out] (Conv1D) or [out, in] (PyTorch's Linear). */
  inputsFirst: boolean;
  /** Tensors that old checkpoints hold beside the weights, by name without prefix. */
  buffers: RegExp;
}

/** The linear layers of one block, by their names within it: `attn.c_attn`. An adapter may change any of them. */
export const linearNames = ({ linears, blocks }: WeightLayout): string[] =>
  linears
    .flat()
    .flatMap(({ name }) => (name.startsWith(`${blocks}0.`) ? [name.slice(blocks.length + 2)] : []));

/** A weight's name in a Hugging Face file. */
export const storedName = ({ prefix }: WeightLayout, name: string): string =>
  name === 'lm_head.weight' ? name : prefix + name;
