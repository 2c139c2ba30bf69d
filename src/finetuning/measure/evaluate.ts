import type { GenerationResult } from '../../engine/engine.ts';
import { ChispaError } from '../../lib/errors.ts';
import type { ModelFolder } from '../../models/folder.ts';
import { toldTokens } from '../../prompt/write.ts';
import { type Sample, toBatch } from '../data/batch.ts';
import { chunks, packRows } from '../data/pack.ts';
import { createEvaluator } from './evaluator.ts';
import { type JokeFigures, jokeFigures } from './text-figures.ts';

/** Everything `chispa evaluate` reports about a model. */
export interface Evaluation extends JokeFigures {
  model: string;
  /** Mean loss per predicted token of the jokes, end-of-text included, in nats; and e to that power. */
  loss: number;
  perplexity: number;
  /** Jokes the loss was measured on, and jokes generated. */
  jokes: number;
  samples: number;
}

export interface EvaluateOptions {
  /** Jokes to measure the loss on. */
  jokes: readonly string[];
  /** Jokes to look for in what the model tells. */
  known: readonly string[];
  /** What the model tells unprompted. */
  told: readonly Pick<GenerationResult, 'text' | 'finish'>[];
  threads: number;
}

/** @throws ChispaError `no-jokes` if there is nothing to measure the loss on. */
export async function evaluate(
  folder: ModelFolder,
  { jokes, known, told, threads }: EvaluateOptions,
): Promise<Evaluation> {
  if (jokes.length === 0) throw new ChispaError('no-jokes', 'There are no jokes to measure the loss on.');
  const loss = await jokeLoss(folder, jokes, threads);
  return {
    model: folder.name,
    loss,
    perplexity: Math.exp(loss),
    ...jokeFigures(told, known),
    jokes: jokes.length,
    samples: told.length,
  };
}

/** Rows computed together. */
const ROWS = 4;

/**
 * Mean loss per predicted token of `<eot> joke <eot>`, whatever a plain template says; for a base model of a joke below
 * examples, with the line break that ends it, and for an instruct model of the answer to the question for one. Cut to its
 * context, and to 512 tokens.
 */
export async function jokeLoss(
  folder: ModelFolder,
  jokes: readonly string[],
  threads: number,
): Promise<number> {
  const sums = await lossSums(folder, jokes, { threads });
  const total = (of: 'loss' | 'tokens') => sums.reduce((sum, joke) => sum + joke[of], 0);
  return total('loss') / total('tokens');
}

/**
 * Loss of all jokes, end-of-text included, in nats per byte of their UTF-8 text, so that models with different tokenizers
 * can be compared.
 */
export async function natsPerByte(
  folder: ModelFolder,
  jokes: readonly string[],
  threads: number,
): Promise<number> {
  const sums = await lossSums(folder, jokes, { threads });
  const bytes = jokes.reduce((sum, joke) => sum + Buffer.byteLength(joke), 0);
  return sums.reduce((sum, { loss }) => sum + loss, 0) / bytes;
}

/**
 * The same for each joke separately: mean loss per predicted token [jokes], in nats, under the distribution sampled at
 * `temperature`.
 */
export async function jokeLosses(
  folder: ModelFolder,
  jokes: readonly string[],
  options: { threads: number; temperature?: number },
): Promise<number[]> {
  return (await lossSums(folder, jokes, options)).map(({ loss, tokens }) => loss / tokens);
}

/** Each joke's loss over all its predicted tokens, and their number. */
async function lossSums(
  folder: ModelFolder,
  jokes: readonly string[],
  options: { threads: number; temperature?: number },
): Promise<{ loss: number; tokens: number }[]> {
  const limit = Math.min(512, folder.config.positions);
  const samples = jokes.map((joke, seed) => {
    const { tokens, from } = toldTokens(folder, folder.manifest.prompt, joke, { seed, room: limit });
    return { tokens: tokens.slice(0, limit), from, weight: 1 };
  });
  const sums = new Map(samples.map((sample): [Sample, number] => [sample, 0]));
  const evaluator = await createEvaluator(folder, options);
  try {
    for (const rows of chunks(packRows(samples, limit), ROWS)) {
      const batch = toBatch(rows);
      const losses = await evaluator.losses(batch);
      rows.forEach((row, r) => {
        let at = r * batch.length;
        for (const sample of row) {
          const predicted = losses.subarray(at + sample.from - 1, at + sample.tokens.length - 1);
          sums.set(
            sample,
            predicted.reduce((sum, loss) => sum + loss, 0),
          );
          at += sample.tokens.length;
        }
      });
    }
  } finally {
    await evaluator.release();
  }
  return samples.map((sample) => ({
    loss: sums.get(sample) ?? Number.NaN,
    tokens: sample.tokens.length - sample.from,
  }));
}
