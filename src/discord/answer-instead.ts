import type { REST } from 'discord.js';
import { houseJokesAbout } from '../corpus/house-themes.ts';
import type { Database } from '../db/connect.ts';
import { drawHouseJoke } from '../db/repertoire.ts';
import type { ChispaRequest } from '../db/request-shape.ts';
import { replyIsFree } from '../db/waiting.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type Messages, messagesFor } from './messages/index.ts';
import { sayInstead } from './say-instead.ts';
import { showHouseJoke } from './show-joke.ts';

interface Dependencies {
  db: Database;
  rest: REST;
  log: Logger;
}

/**
 * The last answer to a request that the model did not answer: a house joke, said to be one, if one may stand in;
 * otherwise a sentence. Only whoever closed the request may call it. Never throws.
 */
export async function answerInstead(
  { db, rest, log }: Dependencies,
  request: ChispaRequest,
  sentence: (m: Messages) => string,
): Promise<void> {
  try {
    await replyIsFree(db, request.id);
    if (!(await tellHouseJoke({ db, rest, log }, request))) await sayInstead(rest, request, sentence);
  } catch (error) {
    log.warn(
      { error: messageOf(error), request: request.id },
      'could not tell someone that a request has ended',
    );
  }
}

/** Tells a house joke if one may stand in for the model's; one about anything where none is about the theme. */
async function tellHouseJoke({ db, rest, log }: Dependencies, request: ChispaRequest): Promise<boolean> {
  if (request.kind !== 'joke' || request.newOnly) return false;
  const about = houseJokesAbout(request.theme);
  const houseLacks = about.length === 0 ? request.theme : undefined;
  const fitting = houseLacks === undefined ? about : houseJokesAbout();
  const joke = await db.transaction((tx) => drawHouseJoke(tx, request, fitting));
  if (!joke) return false;
  const m = messagesFor(request.locale);
  const heading = request.by.kind === 'day' ? m.daily.title : m.joke.instead;
  const notices = houseLacks === undefined ? { heading } : { houseLacks };
  const delivery = await showHouseJoke({ db, rest }, request, joke, notices);
  if (delivery.outcome === 'shown') return true;
  log.warn({ request: request.id, ...delivery }, 'could not show a house joke');
  return delivery.outcome === 'gone'; // then nothing can be said either
}
