import { type APIMessage, MessageFlags, type REST, type RepliableInteraction, Routes } from 'discord.js';
import type { Store } from '../db/connect.ts';
import { beginHandling, endHandling, takeAbandoned } from '../db/handled-interactions.ts';
import { sentenceMessage } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { replyTo } from '../discord/reply.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { within } from '../lib/within.ts';

export interface HandledOptions {
  store: Pick<Store, 'db' | 'clock'>;
  /** Identifies this process. */
  owner: string;
  log: Logger;
}

/** What keeps an acknowledged interaction from being forgotten when the process dies before it is answered. */
export interface Handled {
  /** Call before the acknowledgement; resolves to what to call once the interaction is answered or queued. */
  begin(interaction: RepliableInteraction): Promise<() => Promise<void>>;
}

/** An acknowledgement does not wait longer than this for the database. */
const BEGIN_MS = 250;
/** How long Discord accepts answers to an interaction. */
const LIFETIME_MS = 15 * 60_000;

export function createHandled({ store: { db, clock }, owner, log }: HandledOptions): Handled {
  return {
    async begin({ id, applicationId, token, locale }) {
      const begun = beginHandling(db, {
        ...{ interactionId: id, applicationId, interactionToken: token, owner, locale },
        deadline: new Date(clock.now() + LIFETIME_MS),
      }).catch((error) =>
        log.debug({ error: messageOf(error), interaction: id }, 'could not record an interaction'),
      );
      await within(BEGIN_MS, begun);
      return async () => {
        await begun;
        await endHandling(db, id).catch((error) =>
          log.debug({ error: messageOf(error), interaction: id }, 'could not mark an interaction as handled'),
        );
      };
    },
  };
}

/** Tells the people whose interactions a process left unanswered when it died that they have to ask again. */
export async function answerAbandoned(
  { store: { db, clock }, owner, log }: HandledOptions,
  { rest, applicationId }: { rest: REST; applicationId: string },
): Promise<void> {
  for (const left of await takeAbandoned(db, { applicationId, owner })) {
    if (left.deadline.getTime() < clock.now()) continue;
    const { interactionId: id, interactionToken: token, locale } = left;
    try {
      const path = Routes.webhookMessage(applicationId, token);
      const message = (await rest.get(path, { auth: false })) as APIMessage; // `rest` types every body as unknown
      if (!isUnanswered(message)) continue;
      const { interrupted } = messagesFor(locale).failure;
      await replyTo(rest, { id, applicationId, token }).edit(sentenceMessage(interrupted));
    } catch (error) {
      // Never acknowledged, or its message is gone: nobody is waiting.
      log.debug({ error: messageOf(error), interaction: left.interactionId }, 'nothing to answer any more');
    }
  }
}

/** A placeholder, or a notice that somebody has to wait, which has nothing but a sentence. */
const isUnanswered = ({ flags, embeds, components }: APIMessage): boolean =>
  ((flags ?? 0) & MessageFlags.Loading) !== 0 || (embeds.length === 0 && (components ?? []).length === 0);
