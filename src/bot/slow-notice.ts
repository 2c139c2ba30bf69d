import { MessageFlags, type RepliableInteraction } from 'discord.js';
import type { Database } from '../db/connect.ts';
import { isAnswering } from '../db/outage.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/** Nobody should look at a placeholder for more than five seconds without knowing why. */
const SLOW_MS = 4000;
const QUERY_MS = 500;

interface SlowNoticeOptions {
  db: Database;
  /** Whether an interaction has become a request that is not answered yet. */
  isOpen(interactionId: string): boolean;
  log: Logger;
  /** Default: 4 seconds. */
  afterMs?: number;
}

/**
 * Tells a person that the answer takes longer: while the database does not answer, and where a request is queued but its
 * reply shows nothing yet. That Discord is asked: a database that comes and goes may answer just then. Discord puts a
 * follow-up into a reply that is still a placeholder, otherwise below it, so that it never covers an answer. Returns what
 * to call when the interaction has been handled.
 */
export function noticeWhenSlow(
  interaction: RepliableInteraction,
  { db, isOpen, log, afterMs = SLOW_MS }: SlowNoticeOptions,
): () => void {
  let handled = false;
  const timer = setTimeout(() => {
    notice().catch((error) =>
      log.debug(
        { error: messageOf(error), interaction: interaction.id },
        'could not tell someone about a delay',
      ),
    );
  }, afterMs);

  async function notice(): Promise<void> {
    if (!interaction.deferred && !interaction.replied) return;
    if (handled && !isOpen(interaction.id)) return; // answered since: most are
    const { slow, late } = messagesFor(interaction.locale).failure;
    const answers = await isAnswering(db, QUERY_MS);
    if (handled ? !(await showsNothing(interaction)) : answers) return;
    await interaction.followUp({ content: answers ? late : slow, flags: MessageFlags.Ephemeral });
  }

  return () => {
    handled = true;
    if (!isOpen(interaction.id)) clearTimeout(timer);
  };
}

/** Whether the reply is still the placeholder of its acknowledgement. */
const showsNothing = async (interaction: RepliableInteraction): Promise<boolean> =>
  (await interaction.fetchReply()).flags.has(MessageFlags.Loading);
