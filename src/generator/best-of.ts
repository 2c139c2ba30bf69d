import { houseJokes } from '../corpus/house.ts';
import { foldedWords } from '../corpus/words.ts';
import type { Adventure } from '../db/guild-settings.ts';
import type { JokeRequest } from '../db/request-shape.ts';
import type { Considered } from '../db/schema.ts';
import { mentionsTheme } from '../discord/mentions-theme.ts';
import { ENOUGH_TO_CHOOSE } from '../judge/predict.ts';
import { anySignal } from '../lib/any-signal.ts';
import { createRandom } from '../lib/random.ts';
import type { Serving } from './active-model.ts';
import type { Judging } from './judging.ts';
import { createPace, type Pace } from './pace.ts';
import type { Borrowed, SpareSlots } from './spare-slots.ts';
import { REMEMBERED, unheard } from './unheard.ts';
import { type Writer, type Written, writeJoke } from './write-joke.ts';

/** A joke to tell, and what it was chosen from, if there was a choice. */
export interface Chosen extends Written {
  considered?: Considered[];
  predicted?: number;
}

/** What the choice of a joke needs besides the engine. */
export interface BestOfOptions extends Writer {
  judging: Judging;
  spare: SpareSlots;
  /** The most candidates; 1: no choice. */
  bestOf: number;
  /** How many milliseconds they may take. Default 2 s. */
  wait?: number;
  /** Texts of the jokes that were told last where a request comes from. Never rejects. */
  toldLast(by: JokeRequest['by'], count: number): Promise<readonly string[]>;
}

/** Writes several jokes and chooses one. */
export interface BestOf {
  /** How many candidates there may be for a request now, at least 1, in a guild that wants a choice. */
  count(request: JokeRequest, serving: Serving): number;
  /**
   * Writes up to `count` jokes at once in slots that are free, and chooses the one to tell by an opinion drawn from the judge.
   * Candidates that safe mode refuses, that did not end by themselves, that copy a house joke or one another drop out; where
   * one mentions the theme, those that do not; and where one is new, those that repeat what was told there lately
   * (`unheard`). If one is left, it is told; if none is, the result is that of `writeJoke`. Nothing is shown.
   */
  write(
    request: JokeRequest,
    serving: Serving,
    signal: AbortSignal,
    terms: { count: number; adventure: Adventure },
  ): Promise<Chosen | undefined>;
  /** Notes how long a joke took that was written alone. */
  note(serving: Serving, written: Written): void;
}

/** How far each level follows what the judge is not sure of (`Candidates.boldness`); undefined: as measured best. */
const BOLDNESS: Record<Adventure, number | undefined> = {
  off: undefined,
  careful: 0,
  balanced: undefined,
  bold: 0.5,
};

export function createBestOf({
  engine,
  safety,
  clock,
  judging,
  spare,
  bestOf,
  wait,
  toldLast,
}: BestOfOptions): BestOf {
  const paces = new Map<number, Pace>();
  const paceOf = ({ version: { id } }: Serving): Pace => {
    const pace = paces.get(id) ?? createPace(wait);
    paces.set(id, pace);
    return pace;
  };

  /** One more joke, from a seed of its own and without a second try; undefined when it comes to nothing. */
  async function another(
    request: JokeRequest,
    serving: Serving,
    signal: AbortSignal,
    { slot, seed }: { slot: Borrowed; seed: number },
  ): Promise<Written | undefined> {
    const either = anySignal([signal, slot.signal]);
    try {
      const draft = { ...request, seed, embed: true, tries: 1 };
      return await writeJoke({ engine, safety, clock }, draft, serving, either.signal, () => {});
    } catch (error) {
      if (slot.signal.aborted && !signal.aborted) return undefined; // it made way for somebody's joke
      throw error;
    } finally {
      either.release();
      slot.giveBack();
    }
  }

  return {
    count(request, serving) {
      if (bestOf === 1 || request.kind !== 'joke' || request.exactSeed) return 1;
      return judging.learnedFrom(serving) >= ENOUGH_TO_CHOOSE ? paceOf(serving).affordable(bestOf) : 1;
    },

    async write(request, serving, signal, { count, adventure }) {
      const slots = spare.borrow(count - 1);
      const random = createRandom(request.seed, 1);
      const draft = { ...request, embed: true };
      const heard = toldLast(request.by, REMEMBERED);
      const first = writeJoke({ engine, safety, clock }, draft, serving, signal, () => {});
      const others = slots.map((slot) =>
        another(request, serving, signal, { slot, seed: random.int32() >>> 0 }),
      );
      const [written, ...more] = await settled([first, ...others]);
      const all = [written, ...more].filter((one) => one !== undefined);
      const slowest = Math.max(...all.map(({ result }) => result.timing.totalMs));
      if (all.length > 0) paceOf(serving).note(1 + slots.length, slowest);
      const fitting = aboutTheme(distinct(all.filter(isWhole)), request, serving);
      const candidates = unheard(fitting, await heard, ({ result }) => result.text);
      if (candidates.length < 2) return candidates[0] ?? written ?? all[0];
      const boldness = BOLDNESS[adventure];
      const judgement = judging.judge(serving, {
        guildId: request.by.guildId,
        jokes: candidates.map(({ result: { text, embedding = [] } }) => ({ text, embedding })),
        seed: request.seed,
        ...(boldness !== undefined && { boldness }),
      });
      const chosen = judgement && candidates[judgement.chosen];
      if (!chosen) return candidates[0];
      const considered = candidates.map(({ result, seed }, i) => ({
        text: result.text,
        seed,
        predicted: judgement.predictions[i]?.mean ?? Number.NaN,
      }));
      return { ...chosen, considered, predicted: considered[judgement.chosen]?.predicted ?? Number.NaN };
    },

    note: (serving, { result }) => paceOf(serving).note(1, result.timing.totalMs),
  };
}

/** All results, once none is still being written, so that nothing is left running when one fails. */
async function settled<T>(all: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(all);
  return Promise.all(all);
}

/** Those that mention the theme that was asked for; all, if none does or the model takes none. */
function aboutTheme(candidates: Written[], request: JokeRequest, { loaded }: Serving): Written[] {
  const theme = request.kind === 'joke' && loaded.takesTheme ? request.theme : undefined;
  if (theme === undefined) return candidates;
  const about = candidates.filter(({ result }) => mentionsTheme(result.text, theme));
  return about.length > 0 ? about : candidates;
}

/** Whether a joke ended by itself and says something. */
const isWhole = ({ result }: Written): boolean => result.finish === 'end' && result.text.trim() !== '';

let house: ReadonlySet<string> | undefined;
const wordsOf = (text: string): string => foldedWords(text).join(' ');

/** Those that copy neither a house joke nor one before them, word for word. */
function distinct(candidates: readonly Written[]): Written[] {
  house ??= new Set(houseJokes().map(({ text }) => wordsOf(text)));
  const seen = new Set(house);
  return candidates.filter(({ result }) => {
    const words = wordsOf(result.text);
    if (seen.has(words)) return false;
    seen.add(words);
    return true;
  });
}
