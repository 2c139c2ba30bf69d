import { houseJokesAbout } from '../corpus/house-themes.ts';
import type { Database } from '../db/connect.ts';
import { answeringModel } from '../db/models.ts';
import type { HouseText } from '../db/repertoire.ts';
import type { Ask } from '../db/request-shape.ts';
import { Refusal } from './refusal.ts';

/** Where a joke comes from: newly written by the model, or one of the house jokes. */
export type Source = 'new' | 'house';

/** Share of new jokes if nobody chose a source; a small model repeats itself before it learns. */
const NEW_SHARE = { bundled: 0.5, other: 0.8 } as const;

/**
 * The house jokes that could answer this.
 * @throws Refusal if a house joke was asked for and none is about the theme.
 */
export function houseFor(ask: Ask, source: Source | undefined): readonly HouseText[] {
  if (ask.kind !== 'joke' || source === 'new') return [];
  const fitting = houseJokesAbout(ask.theme?.text);
  if (source === 'house' && fitting.length === 0) throw new Refusal((m) => m.refusal.noHouse);
  return fitting;
}

/**
 * Whether the house answers instead of the model. The seed decides, so that the same request always gets the same
 * source; without a model the house always answers.
 */
export async function houseAnswers(db: Database, seed: number, pinned: number | null): Promise<boolean> {
  const model = await answeringModel(db, pinned);
  if (!model) return true;
  const share = model.kind === 'bundled' ? NEW_SHARE.bundled : NEW_SHARE.other;
  return placeOf(seed) >= share;
}

/** Maps a seed to a number between 0 and 1, independent of what else the seed draws (Knuth's multiplicative hash). */
const placeOf = (seed: number): number => (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32;
