import type { REST } from 'discord.js';
import type { Database } from '../db/connect.ts';
import type { ChispaRequest } from '../db/request-shape.ts';
import { openRequest } from '../db/requests.ts';
import { holdReplies, queuedRequests } from '../db/waiting.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { noteInReply } from '../discord/note-in-reply.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/** As many edits as are made in a moment. Whoever is further back has been shown a place in the queue. */
const AT_MOST = 40;

/**
 * The last generator stops: tells those who wait that their answer comes after the restart, in their replies, where a joke
 * may have stopped growing. Takes two seconds at most, and never throws.
 */
export async function askForPatience({
  db,
  rest,
  log,
}: {
  db: Database;
  rest: REST;
  log: Logger;
}): Promise<void> {
  const tell = async (request: ChispaRequest) => {
    const { id, by, kind, locale } = request;
    if (by.kind === 'day' || kind === 'preview') return; // nobody watches, or the reply is a settings panel
    if ((await holdReplies(db, [id])).length === 0) return; // a generator has just started
    await noteInReply({ db, rest, log }, { id, ...by }, messagesFor(locale).restarting);
  };
  try {
    const first = (await queuedRequests(db)).slice(0, AT_MOST);
    const waiting = await Promise.all(first.map((id) => openRequest(db, id)));
    await Promise.all(waiting.map((request) => request && tell(request)));
  } catch (error) {
    log.warn({ error: messageOf(error) }, 'could not tell those who wait that their answers will be late');
  }
}
