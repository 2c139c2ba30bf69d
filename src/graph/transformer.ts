import type { ModelConfig } from '../models/config.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import type { TransformerParts } from './transformer-parts.ts';
import type { Value } from './value.ts';

/**
 * A model up to its last normalization: ids and positions int64 [N], N tokens of any number of rows one after the other
 * → [N, D].
 */
export function transformer(
  config: ModelConfig,
  parts: TransformerParts,
  ids: Value,
  positions: Value,
): Value {
  switch (config.architecture) {
    case 'gpt2':
      return gpt2(config, parts, ids, positions);
    case 'llama':
      return llama(config, parts, ids, positions);
  }
}
