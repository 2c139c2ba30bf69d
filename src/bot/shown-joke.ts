import type { Database } from '../db/connect.ts';
import { findJoke, type Joke } from '../db/jokes.ts';
import { homeGuild, type Placed } from './place.ts';
import { Refusal } from './refusal.ts';

/** The joke a button is about. Throws a `Refusal` if it is deleted, hidden or another guild's. */
export async function shownJoke(db: Database, id: string, place: Placed): Promise<Joke> {
  const joke = await findJoke(db, id);
  if (joke?.state !== 'shown' || joke.guildId !== homeGuild(place))
    throw new Refusal((m) => m.refusal.jokeGone);
  return joke;
}
