import type { Database } from '../db/connect.ts';
import { findJoke, type Joke } from '../db/jokes.ts';
import { Refusal } from './refusal.ts';

/** The joke a button is about. Throws a `Refusal` if it is deleted, hidden or another guild's. */
export async function shownJoke(
  db: Database,
  id: string,
  { guildId }: { guildId: string | null },
): Promise<Joke> {
  const joke = await findJoke(db, id);
  if (joke?.state !== 'shown' || joke.guildId !== guildId) throw new Refusal((m) => m.refusal.jokeGone);
  return joke;
}
