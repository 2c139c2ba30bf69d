import type { Command } from 'commander';
import { addModelOptions } from './options/model.ts';
import { numberIn } from './options/settings.ts';

/** `chispa next "texto"`: what the model thinks comes next, as the source notebook's first example shows it. */
export function register(program: Command): void {
  const command = program
    .command('next')
    .description('print the likeliest next tokens after a text')
    .argument('[text]', 'the beginning; "" starts from nothing; - reads stdin; put -- before a leading dash')
    .option('--top <number>', 'how many', numberIn(1, 1000, true), 10)
    .option('--json', 'print one JSON object');
  addModelOptions(command).action(async (text, options) =>
    (await import('./next/run.ts')).next(text, options),
  );
}
