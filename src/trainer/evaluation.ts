import type { RunEvaluation } from '../db/run-record.ts';
import type { Engine } from '../engine/engine.ts';
import { measureLosses } from '../finetuning/measure/losses.ts';
import { type ToldJoke, tellJokes } from '../finetuning/measure/tell.ts';
import { jokeFigures } from '../finetuning/measure/text-figures.ts';
import type { Votes } from '../judge/observations.ts';
import { BOT_DEFAULTS } from '../lib/settings.ts';
import { createSafety } from '../safety/safety.ts';
import { type GateThresholds, type GateVerdict, type GenerationFigures, gateVerdict } from './policy/gate.ts';
import { judgedGain } from './taste.ts';

export interface Comparison {
  /** Model folders: the line's first model, the version that serves, and the one that would replace it. */
  start: string;
  active: string;
  candidate: string;
  /** For a guild's voice: the adapter merged into the candidate. It generates on top of `active`, as it will serve. */
  adapter?: string | undefined;
  /** Rated jokes that neither was trained on; a weight is positive if the joke is liked, else negative. */
  heldOut: readonly ({ text: string; weight: number } & Votes)[];
  /** Texts that must not be recited: the training texts. */
  known: readonly string[];
  /** Jokes that each model generates, at the bot's default settings, unfiltered. */
  samples: number;
  /** Seed of the first joke; both models get the same seeds. */
  seed: number;
  thresholds: GateThresholds;
  engine: Engine;
  threads: number;
  /** Stops measuring losses; to stop generating, close the engine. */
  signal?: AbortSignal | undefined;
}

/** Measures a candidate against the active model and asks the gate. */
export async function compareModels(
  comparison: Comparison,
): Promise<{ evaluation: RunEvaluation; verdict: GateVerdict }> {
  const {
    start,
    active,
    candidate,
    adapter,
    heldOut,
    known,
    thresholds,
    threads,
    engine,
    samples,
    seed,
    signal,
  } = comparison;
  const jokes = heldOut.map(({ text }) => text);
  const weights = heldOut.map(({ weight }) => weight);
  const { temperature } = BOT_DEFAULTS; // that of the jokes: what the bot would say is what counts
  const losses = {
    active: await measureLosses({ folder: active, jokes, threads, temperature }, signal),
    candidate: await measureLosses({ folder: candidate, jokes, threads, temperature }, signal),
    weights,
  };
  const safety = createSafety();
  const isSafe = ({ text }: ToldJoke) => safety.check(text, 'safe').allowed;
  const tell = async (folder: string, adapter?: string) =>
    tellJokes(engine, await engine.load(folder), { count: samples, seed, ...(adapter && { adapter }) });
  const figures = (told: readonly ToldJoke[]): GenerationFigures => {
    const { distinct1, distinct2, distinct3, repetition, selfEnding, recited } = jokeFigures(told, known);
    const unsafe = told.filter((joke) => !isSafe(joke)).length / Math.max(1, told.length);
    return { distinct1, distinct2, distinct3, repetition, selfEnding, recited, unsafe };
  };
  const told = await tell(active);
  const retold = adapter ? await tell(active, adapter) : await tell(candidate);
  const [before, after] = [figures(told), figures(retold)];
  const first = start === active ? before : figures(await tell(start));
  const texts = (list: readonly ToldJoke[]) => list.map(({ text }) => text);
  const judged = await judgedGain({
    ...{ engine, model: active, heldOut, before: texts(told), after: texts(retold), signal },
  });
  const verdict = gateVerdict({ losses, judged }, { start: first, before, after }, thresholds);
  const size = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0) / (size || 1);
  return {
    verdict,
    evaluation: {
      before,
      after,
      losses: {
        before: mean(losses.active),
        after: mean(losses.candidate),
        jokes: jokes.length,
        gain: verdict.gain,
      },
      ...(judged && { judged }),
      generated: samples,
      reasons: verdict.reasons,
      samples: presentable(told, retold, isSafe),
    },
  };
}

/** Pairs for the log channel: complete jokes that pass safe mode, from the same seeds. */
function presentable(
  told: readonly ToldJoke[],
  retold: readonly ToldJoke[],
  isSafe: (joke: ToldJoke) => boolean,
): RunEvaluation['samples'] {
  const isFit = (joke: ToldJoke) => joke.finish === 'end' && isSafe(joke) && isStorable(joke.text);
  return told
    .flatMap((before, i) => {
      const after = retold[i];
      return after && isFit(before) && isFit(after)
        ? [{ seed: before.seed, before: before.text, after: after.text }]
        : [];
    })
    .slice(0, 3);
}

/** PostgreSQL rejects NUL and lone surrogates, which a byte-level model may well write. */
const isStorable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);
