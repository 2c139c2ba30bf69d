import type { RunEvaluation } from '../db/run-record.ts';
import type { Engine } from '../engine/engine.ts';
import { measureLosses } from '../finetuning/measure/losses.ts';
import { recitedShare, textFigures } from '../finetuning/measure/text-figures.ts';
import { BOT_DEFAULTS } from '../lib/settings.ts';
import { createSafety, type Safety } from '../safety/safety.ts';
import { type GateThresholds, type GateVerdict, gateVerdict } from './policy/gate.ts';

export interface Comparison {
  /** Model folders: where the line began, the version that serves, and the one that would take its place. */
  start: string;
  active: string;
  candidate: string;
  /** Of a guild's voice: the adapter that the candidate has merged. It generates beside `active`, as it will serve. */
  adapter?: string | undefined;
  /** Rated jokes that neither learned from; what they count is above 0 where they are liked, else below. */
  heldOut: readonly { text: string; weight: number }[];
  /** Texts that must not be recited: those that were learned from. */
  known: readonly string[];
  /** Jokes that each generates, with the bot's default settings, unfiltered. */
  samples: number;
  /** Of the first one; both models are given the same. */
  seed: number;
  thresholds: GateThresholds;
  engine: Engine;
  threads: number;
  /** Ends the measuring of losses; who wants the generation to end closes the engine. */
  signal?: AbortSignal | undefined;
}

/** Measures a candidate beside the active model, and asks the gate. */
export async function compareModels(
  comparison: Comparison,
): Promise<{ evaluation: RunEvaluation; verdict: GateVerdict }> {
  const { start, active, candidate, heldOut, thresholds, threads, samples, seed, signal } = comparison;
  const jokes = heldOut.map(({ text }) => text);
  const weights = heldOut.map(({ weight }) => weight);
  const { temperature } = BOT_DEFAULTS; // of the jokes: what counts is what the bot would say
  const losses = {
    active: await measureLosses({ folder: active, jokes, threads, temperature }, signal),
    candidate: await measureLosses({ folder: candidate, jokes, threads, temperature }, signal),
    weights,
  };
  const safety = createSafety();
  const told = await tell(comparison, active, safety);
  const retold = comparison.adapter
    ? await tell(comparison, active, safety, comparison.adapter)
    : await tell(comparison, candidate, safety);
  const [before, after] = [figuresOf(told, comparison.known), figuresOf(retold, comparison.known)];
  const first = start === active ? told : await tell(comparison, start, safety);
  const verdict = gateVerdict(
    losses,
    { start: figuresOf(first, comparison.known), before, after },
    thresholds,
  );
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
      generated: samples,
      reasons: verdict.reasons,
      samples: presentable(told, retold, seed),
    },
  };
}

interface Told {
  text: string;
  ended: boolean;
  safe: boolean;
}

async function tell(
  { engine, samples, seed }: Comparison,
  folder: string,
  safety: Safety,
  adapter?: string,
): Promise<Told[]> {
  const { model, context } = await engine.load(folder);
  const settings = { ...BOT_DEFAULTS, maxTokens: Math.min(BOT_DEFAULTS.maxTokens, context - 1) };
  return Promise.all(
    Array.from({ length: samples }, async (_, i) => {
      const request = {
        ...{ model, prompt: { kind: 'joke' as const }, settings, seed: (seed + i) >>> 0 },
        ...(adapter !== undefined && { adapter }),
      };
      const { text, finish } = await engine.generate(request);
      return { text, ended: finish === 'end', safe: safety.check(text, 'safe').allowed };
    }),
  );
}

function figuresOf(told: readonly Told[], known: readonly string[]) {
  const texts = told.map(({ text }) => text);
  const { distinct1, distinct2, distinct3, repetition } = textFigures(texts);
  const share = (count: number) => count / Math.max(1, told.length);
  return {
    ...{ distinct1, distinct2, distinct3, repetition },
    selfEnding: share(told.filter(({ ended }) => ended).length),
    recited: recitedShare(texts, known),
    unsafe: share(told.filter(({ safe }) => !safe).length),
  };
}

/** Pairs for the log channel: whole jokes that safe mode lets pass, from the same seeds. */
function presentable(told: readonly Told[], retold: readonly Told[], seed: number): RunEvaluation['samples'] {
  return told
    .flatMap((before, i) => {
      const after = retold[i];
      const fit = after && [before, after].every((joke) => joke.ended && joke.safe && isStorable(joke.text));
      return fit ? [{ seed: (seed + i) >>> 0, before: before.text, after: after.text }] : [];
    })
    .slice(0, 3);
}

/** PostgreSQL takes no NUL and no half of a surrogate pair, which a model that reads bytes may well write. */
const isStorable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);
