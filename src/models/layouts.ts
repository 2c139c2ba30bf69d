import type { ModelConfig } from './config.ts';
import { gpt2Layout } from './gpt2-layout.ts';
import { llamaLayout } from './llama-layout.ts';
import type { WeightLayout } from './weight-layout.ts';

/** The weights of a model of this shape. */
export function layoutOf(config: ModelConfig): WeightLayout {
  switch (config.architecture) {
    case 'gpt2':
      return gpt2Layout(config);
    case 'llama':
      return llamaLayout(config);
  }
}
