import type { ModelConfig } from '../models/config.ts';
import { gpt2 } from './gpt2.ts';
import { llama } from './llama.ts';
import type { TransformerParts } from './transformer-parts.ts';
import type { Value } from './value.ts';

/**
 * A model up to and including its last normalization: ids and positions int64 [N], the N tokens of all rows
 * concatenated → [N, D].
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
