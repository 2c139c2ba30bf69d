import type { ModelConfig } from './config.ts';
import { gpt2Layout } from './gpt2-layout.ts';
import { llamaLayout } from './llama-layout.ts';
import type { WeightLayout } from './weight-layout.ts';

/** The weight layout of a model with this config. */
export function layoutOf(config: ModelConfig): WeightLayout {
  switch (config.architecture) {
    case 'gpt2':
      return gpt2Layout(config);
    case 'llama':
      return llamaLayout(config);
  }
}
