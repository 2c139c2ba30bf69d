import type { Command } from 'commander';
import { examples } from './options/examples.ts';
import { addModelOptions } from './options/model.ts';
import { numberIn } from './options/settings.ts';

/** `chispa next "texto"`: the model's likeliest next tokens, like the source notebook's first example. */
export function register(program: Command): void {
  const command = program
    .command('next')
    .description('print the likeliest next tokens after a text')
    .argument('[text]', 'the beginning; "" starts from nothing; - reads stdin')
    .option('--top <number>', 'how many', numberIn(1, 1000, true), 10)
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('next "Había una vez"', 'next "- Mamá, mamá" --top 3 --json'));
  addModelOptions(command).action(async (text, options) =>
    (await import('./next/run.ts')).next(text, options),
  );
}
