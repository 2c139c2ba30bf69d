import { houseJokesAbout } from '../corpus/house-themes.ts';
import type { Database } from '../db/connect.ts';
import { type GuildSettings, newShareOf } from '../db/guild-settings.ts';
import { answeringModel } from '../db/models.ts';
import type { HouseText } from '../db/repertoire.ts';
import type { Ask } from '../db/request-shape.ts';
import { Refusal } from './refusal.ts';

/** Where a joke comes from: newly written by the model, or one of the house jokes. */
export type Source = 'new' | 'house';

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
export async function houseAnswers(
  db: Database,
  seed: number,
  guild: Pick<GuildSettings, 'modelVersionId' | 'newShare'>,
): Promise<boolean> {
  const model = await answeringModel(db, guild.modelVersionId);
  return !model || !isNew(seed, newShareOf(guild, model.kind));
}

/** Whether a joke is a new one, where `percent` of them are. The same seed gives the same answer. */
export const isNew = (seed: number, percent: number): boolean => placeOf(seed) * 100 < percent;

/** Maps a seed to a number between 0 and 1, independent of what else the seed draws (Knuth's multiplicative hash). */
const placeOf = (seed: number): number => (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32;
