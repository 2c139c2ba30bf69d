import type { Database } from '../db/connect.ts';
import { findJoke, type Joke } from '../db/jokes.ts';
import { ChispaError } from '../lib/errors.ts';
import { Refusal } from './refusal.ts';

/** The joke a button is about. Throws a `Refusal` for one that is deleted, hidden or another guild's. */
export async function shownJoke(
  db: Database,
  id: string,
  { guildId }: { guildId: string | null },
): Promise<Joke> {
  const joke = await findJoke(db, id);
  if (joke?.state !== 'shown' || joke.guildId !== guildId) throw new Refusal((m) => m.refusal.jokeGone);
  return joke;
}

/** Tells the person instead of the log when a joke went while they pressed: for `.catch`. */
export function refuseGone(error: unknown): never {
  if (error instanceof ChispaError && ['joke-gone', 'joke-not-found'].includes(error.code)) {
    throw new Refusal((m) => m.refusal.jokeGone);
  }
  throw error;
}
