import { trainableJokes } from '../db/trainable.ts';
import type { OpenRun } from '../db/training-runs.ts';
import { type Comparison, compareModels } from './evaluation.ts';
import type { LearnOptions } from './options.ts';
import type { RunSnapshot } from './policy/corpus.ts';

/** Measures the result of a run on the jokes that its snapshot holds out, with its own engine. */
export async function measure(
  options: LearnOptions,
  run: OpenRun,
  folders: Pick<Comparison, 'start' | 'active' | 'candidate' | 'adapter'>,
) {
  const { db, seedJokes, threads, samples, gate: thresholds, training, signal } = options;
  const told = await trainableJokes(db, { alsoDuelled: true });
  const jokes = new Map(told.map((joke) => [joke.id, joke]));
  const present = (marks: RunSnapshot['training'] = []) =>
    marks.flatMap(({ id, weight }) => {
      const joke = jokes.get(id); // deleted or reported since: it no longer counts
      return joke !== undefined && weight !== 0 ? [{ ...joke, weight }] : [];
    });
  const engine = await options.openEngine();
  const stop = () => void engine.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await compareModels({
      ...folders,
      heldOut: present(run.snapshot?.heldOut),
      known: [...present(run.snapshot?.training), ...seedJokes].map(({ text }) => text),
      ...{ samples, seed: training.seed, thresholds, engine, threads, signal },
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    await engine.close();
  }
}
