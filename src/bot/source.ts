import { houseJokesAbout } from '../corpus/house-themes.ts';
import type { Database } from '../db/connect.ts';
import { isAnyGeneratorAlive } from '../db/generators.ts';
import { type GuildSettings, newShareOf } from '../db/guild-settings.ts';
import { answeringModel } from '../db/models.ts';
import type { HouseText } from '../db/repertoire.ts';
import type { Ask } from '../db/request-shape.ts';
import { Refusal } from './refusal.ts';

/** Where a joke comes from: newly written by the model, or one of the house jokes. */
export type Source = 'new' | 'house';

/** The house jokes that may answer a request; none: the model answers. */
export interface HouseChoice {
  fitting: readonly HouseText[];
  /** The theme that none of them is about. */
  lacks?: string | undefined;
}

const NONE: HouseChoice = { fitting: [] };

/**
 * Refuses a house joke about a theme that none is about. `except`: the id of the one that another is asked for.
 * @throws Refusal
 */
export function refuseWithoutHouse(ask: Ask, source: Source | undefined, except?: string): void {
  if (ask.kind !== 'joke' || source !== 'house') return;
  const fitting = houseJokesAbout(ask.theme?.text);
  if (fitting.length === 0) throw new Refusal((m) => m.refusal.noHouse);
  if (fitting.every(({ id }) => id === except)) throw new Refusal((m) => m.refusal.noOtherHouse);
}

/**
 * Whether the house answers instead of the model, and with what. Where nobody chose a source, the seed decides, so that
 * the same request always gets the same one. While no generator is at work, or the queue is too long, the house answers
 * whoever did not ask for a new joke expressly, if need be with a joke about something else.
 */
export async function houseChoice(
  db: Database,
  {
    ask,
    source,
    seed,
    except,
    tooLate = false,
  }: {
    ask: Ask;
    source?: Source | undefined;
    seed: number;
    except?: string | undefined;
    /** Whether the queue is too long. */
    tooLate?: boolean;
  },
  guild: Pick<GuildSettings, 'modelVersionId' | 'newShare'>,
): Promise<HouseChoice> {
  if (ask.kind !== 'joke' || ask.newOnly) return NONE;
  const about = houseJokesAbout(ask.theme?.text);
  if (source === 'house') return { fitting: about.filter(({ id }) => id !== except) };
  const [model, alive] = await Promise.all([
    answeringModel(db, guild.modelVersionId),
    isAnyGeneratorAlive(db),
  ]);
  if (!model || !alive || tooLate) {
    return about.length > 0 ? { fitting: about } : { fitting: houseJokesAbout(), lacks: ask.theme?.text };
  }
  const isHouse = source === undefined && !isNew(seed, newShareOf(guild, model.kind));
  return isHouse ? { fitting: about } : NONE;
}

/** Whether a joke is a new one, where `percent` of them are. The same seed gives the same answer. */
export const isNew = (seed: number, percent: number): boolean => placeOf(seed) * 100 < percent;

/** Maps a seed to a number between 0 and 1, independent of what else the seed draws (Knuth's multiplicative hash). */
const placeOf = (seed: number): number => (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32;
