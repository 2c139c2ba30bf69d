import { houseJokes } from '../corpus/house.ts';
import type { Engine } from '../engine/engine.ts';
import { fitApart } from '../judge/apart.ts';
import { createBasis, featuresOf, type Reading } from '../judge/basis.ts';
import type { Votes } from '../judge/observations.ts';
import { compareTellings } from '../judge/predict.ts';

/** House jokes that the basis is made of. */
const BASIS_TEXTS = 120;
/** The votes of all guilds count as one community's: it is one model that serves them all. */
const EVERYBODY = 'everybody';

export interface TasteOptions {
  engine: Pick<Engine, 'load' | 'embed'>;
  /** Folder of the model whose hidden states both models' jokes are read in. */
  model: string;
  /** Rated jokes that neither model was trained on. */
  heldOut: readonly ({ text: string } & Votes)[];
  /** Fresh jokes of both models, told from the same seeds. */
  before: readonly string[];
  after: readonly string[];
  signal?: AbortSignal | undefined;
  /** How to fit; default in a process of its own. */
  fit?: typeof fitApart;
}

/**
 * How much better a candidate's fresh jokes would be rated than those before, in points: the estimate of a judge that knows
 * only the held-out votes, which the candidate never learned from. Undefined without jokes to compare or votes.
 */
export async function judgedGain(
  options: TasteOptions,
): Promise<{ gain: number; deviation: number } | undefined> {
  const { engine, model, heldOut, before, after, signal, fit: fitting = fitApart } = options;
  if (heldOut.length === 0 || before.length === 0 || after.length === 0) return undefined;
  const { sha256 } = await engine.load(model);
  const read = async (texts: readonly string[]): Promise<Reading[]> => {
    const readings: Reading[] = [];
    for (const text of texts) readings.push({ text, embedding: await engine.embed({ model, text }) });
    return readings;
  };
  const house = houseJokes().filter((joke) => !joke.heldOut);
  const step = Math.floor(house.length / BASIS_TEXTS);
  const usual = createBasis(
    sha256,
    await read(house.filter((_, i) => i % step === 0).map(({ text }) => text)),
    house.map(({ text }) => text),
  );
  const readings = await read(heldOut.map(({ text }) => text));
  const jokes = heldOut.map((joke, i) => ({
    ...joke,
    ...{ id: String(i), guildId: EVERYBODY, embedding: readings[i]?.embedding ?? [] },
  }));
  const { basis, fit } = await fitting({ basis: usual, votings: { jokes, duels: [] } }, signal);
  const features = async (texts: readonly string[]) =>
    (await read(texts)).map((reading) => featuresOf(basis, reading));
  return compareTellings(fit, { before: await features(before), after: await features(after) }, EVERYBODY);
}
