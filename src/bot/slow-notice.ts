import { MessageFlags, type RepliableInteraction } from 'discord.js';
import type { Database } from '../db/connect.ts';
import { isAnswering } from '../db/outage.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/** Nobody should look at a placeholder for more than five seconds without knowing why. */
const SLOW_MS = 4000;
const QUERY_MS = 500;

/**
 * While the database does not answer, tells the person that it takes longer: below the answer, which may still come.
 * Returns what to call when the interaction has been handled.
 */
export function noticeWhenSlow(
  interaction: RepliableInteraction,
  { db, log }: { db: Database; log: Logger },
): () => void {
  const timer = setTimeout(async () => {
    if (await isAnswering(db, QUERY_MS)) return;
    if (!interaction.deferred && !interaction.replied) return;
    const content = messagesFor(interaction.locale).failure.slow;
    await interaction
      .followUp({ content, flags: MessageFlags.Ephemeral })
      .catch((error) =>
        log.debug({ error: messageOf(error), interaction: interaction.id }, 'a delay could not be told'),
      );
  }, SLOW_MS);
  return () => clearTimeout(timer);
}
