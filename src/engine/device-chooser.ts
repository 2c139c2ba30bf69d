import { deviceSampler } from '../graph/device-sampler.ts';
import type { InferenceSession, Tensor } from '../lib/onnxruntime.ts';
import type { ModelConfig } from '../models/config.ts';
import { type ChoosingRow, isGreedy, mustGoOn, writeSeen } from './choose.ts';
import type { DeviceMemory } from './device-memory.ts';
import { createFeeds, type Feeds } from './feeds.ts';
import { randomAt } from './random.ts';

/** Chooses the next token of every row from logits that stay on the device; only the tokens leave it. */
export interface DeviceChooser {
  /** The tokens for logits [rows, V], in row order; valid until the next call. Throws if the logits are not numbers. */
  choose(logits: Tensor, rows: readonly ChoosingRow[]): Promise<readonly number[]>;
}

interface Sampler {
  session: Promise<InferenceSession>;
  feeds: Feeds;
}

/**
 * One small session for each combination of settings that a batch of rows uses, made when it is first needed: a step
 * of the search for a nucleus takes time even if no row wants one.
 */
export function createDeviceChooser(
  { vocabSize, ends }: Pick<ModelConfig, 'vocabSize' | 'ends'>,
  memory: DeviceMemory,
): DeviceChooser {
  const samplers = new Map<string, Sampler>();
  const tokens: number[] = [];

  return {
    async choose(logits, rows) {
      const choices = rows.map(({ request: { settings, seed }, tokens }) => {
        const { draw, coin } = randomAt(seed, tokens.length);
        return { settings, point: draw, greedy: isGreedy(settings, coin) };
      });
      const drawing = choices.filter(({ greedy }) => !greedy);
      const options = {
        vocabSize,
        greedy: drawing.length < rows.length,
        draws: drawing.length > 0,
        penalties: rows.some((row) => row.request.settings.repetitionPenalty !== 1 || mustGoOn(row)),
        topK: drawing.some(({ settings }) => settings.topK > 0),
        topP: drawing.some(({ settings }) => settings.topP < 1),
      };
      const key = JSON.stringify(options);
      const sampler = samplers.get(key) ?? {
        session: memory.session(deviceSampler(options), 'given'),
        feeds: createFeeds(),
      };
      samplers.set(key, sampler);

      const { feeds } = sampler;
      const writeColumn = (name: string, value: (choice: (typeof choices)[number]) => number) =>
        feeds.float32(name, rows.length, 1).set(choices.map(value));
      if (options.penalties) {
        writeColumn('penalties', ({ settings }) => settings.repetitionPenalty);
        writeSeen(feeds, rows, ends);
      }
      if (options.draws) {
        writeColumn('temperatures', ({ settings }) => settings.temperature);
        writeColumn('points', ({ point }) => point);
      }
      if (options.topK) writeColumn('top_k', ({ settings }) => settings.topK || vocabSize);
      if (options.topP) writeColumn('top_p', ({ settings }) => settings.topP);
      const { best, drawn } = await (await sampler.session).run(feeds.all({ logits }));
      tokens.length = 0;
      for (const [i, { greedy }] of choices.entries()) tokens.push(Number((greedy ? best : drawn)?.data[i]));
      // Half precision can overflow. Elsewhere, the same rows may have numbers.
      if (!tokens.every((token) => token < vocabSize)) throw new Error('the logits are not numbers');
      return tokens;
    },
  };
}
