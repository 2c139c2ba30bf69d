import { ChispaError } from '../../lib/errors.ts';
import type { ModelConfig } from '../config.ts';
import { layoutOf } from '../layouts.ts';
import type { Dtype } from '../safetensors-header.ts';
import type { TensorSource } from '../safetensors-write.ts';
import { storedName } from '../weight-layout.ts';
import { doubleToFloatChunks } from './double.ts';
import { finiteChunks } from './finite.ts';
import type { SourceTensor, WeightsSource } from './source.ts';

const FLOATS: ReadonlySet<Dtype> = new Set(['F64', 'F32', 'F16', 'BF16']);

export interface SelectedWeights {
  /** In the order of the module tree, under Hugging Face's names. */
  tensors: TensorSource[];
  /** Whether the head shares the token embedding's matrix. False when the file has a separate head. */
  tied: boolean;
  /** Weights of heads for other tasks, which were left out. */
  heads: string[];
}

/**
 * Heads for other tasks besides the language-model head: TRL's value head, GPT2DoubleHeadsModel's, those for
 * classification, token classification and question answering, and others called heads. transformers loads such a file as
 * a language model without them.
 */
const OTHER_HEADS = /^((?!lm_head)(\w+_)?heads?|score|classifier|qa_outputs)(\.\w+)*\.(weight|bias)$/;

/** Prefixes that wrappers add to every name. transformers itself would load such a model with random weights. */
const WRAPPER = /^(module|_orig_mod|pretrained_model|base_model\.model)\./;

/**
 * Selects a model's weights from a source. Names may have their prefix or not; buffers and a head equal to the token
 * embedding are dropped; float64 becomes float32, and other types are kept. Throws before reading anything when a
 * weight is missing, unknown, not floating-point, or not of the config's shape; throws while reading on a NaN or
 * infinity.
 */
export async function selectWeights(source: WeightsSource, config: ModelConfig): Promise<SelectedWeights> {
  const found = new Map<string, SourceTensor>();
  const heads: string[] = [];
  const { prefix, buffers, embedding: embeddingName, shapes } = layoutOf({ ...config, tied: false });
  for (const [fullName, tensor] of source.tensors) {
    const name = fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName;
    if (buffers.test(name)) continue;
    if (OTHER_HEADS.test(name)) {
      heads.push(fullName);
      continue;
    }
    const wrapper = WRAPPER.exec(fullName)?.[0];
    if (wrapper)
      throw mismatch(
        `their names begin with "${wrapper}", added by a wrapper: unwrap the model before saving it`,
      );
    const shape = shapes.get(name);
    if (!shape)
      throw mismatch(`there is a weight ${JSON.stringify(fullName)} that no model of this config.json has`);
    if (found.has(name)) throw mismatch(`${name} is there twice, with and without the prefix ${prefix}`);
    if (tensor.shape.join() !== shape.join())
      throw mismatch(`${name} is [${tensor.shape}] and should be [${shape}]`);
    if (!FLOATS.has(tensor.dtype)) throw mismatch(`${name} is ${tensor.dtype} and should be floating-point`);
    found.set(name, tensor);
  }
  const head = found.get('lm_head.weight');
  const embedding = found.get(embeddingName);
  if (config.tied && head && embedding && (await sameContent(head, embedding)))
    found.delete('lm_head.weight');
  const tied = config.tied && !found.has('lm_head.weight');

  const tensors: TensorSource[] = [];
  const layout = layoutOf({ ...config, tied });
  for (const name of layout.shapes.keys()) {
    const tensor = found.get(name);
    if (!tensor) throw mismatch(`there is no ${name}`);
    tensors.push(toTarget(name, storedName(layout, name), tensor));
  }
  return { tensors, tied, heads };
}

function toTarget(name: string, stored: string, { dtype, shape, chunks }: SourceTensor): TensorSource {
  const finite = () => finiteChunks(name, dtype, chunks());
  return dtype === 'F64'
    ? { name: stored, dtype: 'F32', shape, chunks: () => doubleToFloatChunks(finite()) }
    : { name: stored, dtype, shape, chunks: finite };
}

async function sameContent(a: SourceTensor, b: SourceTensor): Promise<boolean> {
  if (a.dtype !== b.dtype) return false;
  const [left, right] = [a.chunks()[Symbol.asyncIterator](), b.chunks()[Symbol.asyncIterator]()];
  try {
    for (;;) {
      const [x, y] = [await left.next(), await right.next()];
      if (x.done || y.done) return x.done === y.done;
      if (!Buffer.from(x.value.buffer, x.value.byteOffset, x.value.length).equals(y.value)) return false;
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}

const mismatch = (why: string) =>
  new ChispaError('model-mismatch', `The weights do not fit their config.json: ${why}.`);
