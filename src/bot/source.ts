import { houseJokesAbout } from '../corpus/house-themes.ts';
import type { Database } from '../db/connect.ts';
import { answeringModel } from '../db/models.ts';
import type { HouseText } from '../db/repertoire.ts';
import type { Ask } from '../db/request-shape.ts';
import { Refusal } from './refusal.ts';

/** Where a joke comes from: newly made by the model, or from the jokes of the house. */
export type Source = 'new' | 'house';

/** Share of new jokes where nobody chose a source: a small model repeats itself sooner than it learns. */
const NEW_SHARE = { bundled: 0.5, other: 0.8 } as const;

/**
 * The jokes of the house that could answer this.
 * @throws Refusal where one was asked for and none is about the theme.
 */
export function houseFor(ask: Ask, source: Source | undefined): readonly HouseText[] {
  if (ask.kind !== 'joke' || source === 'new') return [];
  const fitting = houseJokesAbout(ask.theme?.text);
  if (source === 'house' && fitting.length === 0) throw new Refusal((m) => m.refusal.noHouse);
  return fitting;
}

/**
 * Whether the house answers instead of the model: by the seed, so that the same request is always answered by the same one,
 * and whenever there is no model yet.
 */
export async function houseAnswers(db: Database, seed: number, pinned: number | null): Promise<boolean> {
  const model = await answeringModel(db, pinned);
  if (!model) return true;
  const share = model.kind === 'bundled' ? NEW_SHARE.bundled : NEW_SHARE.other;
  return placeOf(seed) >= share;
}

/** Where a seed lies between 0 and 1, apart from what else is drawn by it (Knuth's multiplicative hash). */
const placeOf = (seed: number): number => (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32;
