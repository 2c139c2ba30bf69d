import { randomInt } from 'node:crypto';
import type {
  ChatInputCommandInteraction,
  MessageComponentInteraction,
  MessageContextMenuCommandInteraction,
} from 'discord.js';
import { MessageFlags } from 'discord.js';
import type { Store } from '../db/connect.ts';
import type { Ask as Prompt } from '../db/requests.ts';
import { visible } from '../discord/text.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { Queue } from '../queue/queue.ts';
import { submit } from '../queue/submit.ts';
import type { Safety } from '../safety/safety.ts';
import type { Admission } from './admission.ts';
import type { SettingsCache } from './guild-settings.ts';
import { Refusal } from './refusal.ts';
import type { WaitingBoard } from './waiting-board.ts';

/** Characters of a text to continue. */
export const TEXT_LENGTH = 1000;
/** Characters of a theme. */
export const THEME_LENGTH = 60;
/** How long Discord lets an interaction be answered, less a margin for the last edit. */
const INTERACTION_LIFETIME_MS = 15 * 60_000 - 30_000;

export type AskingInteraction =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | MessageComponentInteraction;

export interface Question {
  prompt: Prompt;
  /** Unsigned 32-bit; a random one when absent. */
  seed?: number | undefined;
  /** Instead of the guild's. */
  settings?: DecoderSettings;
  /** Only for whoever asked. */
  privately?: boolean;
}

/**
 * Refuses what must be refused, acknowledges the interaction, then queues the question; the generator writes the
 * answer into the reply. Everything before the acknowledgement is decided from memory.
 */
export type Ask = (interaction: AskingInteraction, question: Question) => Promise<void>;

export interface AskDependencies {
  store: Store;
  queue: Queue;
  settings: SettingsCache;
  admission: Admission;
  safety: Safety;
  waiting: WaitingBoard;
}

/** A text the model may continue. Throws a `Refusal` when it is empty or too long. */
export function continuable(text: string): string {
  const clean = visible(text);
  if (!clean.trim()) throw new Refusal((m) => m.refusal.emptyText);
  if (clean.length > TEXT_LENGTH) throw new Refusal((m) => m.refusal.longText(TEXT_LENGTH));
  return clean;
}

export function createAsk({ store, queue, settings, admission, safety, waiting }: AskDependencies): Ask {
  const refuseUnsafe = (prompt: Prompt, safeMode: boolean) => {
    const allowed = (text: string) => safety.check(text, safeMode ? 'safe' : 'open').allowed;
    if (prompt.kind === 'joke' && prompt.theme && !allowed(prompt.theme.text)) {
      throw new Refusal((m) => m.refusal.unsafeTheme);
    }
    if (prompt.kind === 'continue' && 'text' in prompt.from && !allowed(prompt.from.text)) {
      throw new Refusal((m) => m.refusal.unsafeText);
    }
  };

  return async (interaction, { prompt, seed = randomInt(0, 2 ** 32), settings: decoder, privately }) => {
    const { guildId, channelId, user, locale, createdTimestamp } = interaction;
    const guild = settings.of(guildId);
    const safeMode = guild.safeMode || !isAgeRestricted(interaction);
    refuseUnsafe(prompt, safeMode);
    const asker = { userId: user.id, guildId };
    // A look at a joke's steps or a preview makes nobody wait longer for a joke.
    const isJoke = prompt.kind === 'joke' || prompt.kind === 'continue';
    admission.check(asker, isJoke ? guild.cooldownSeconds : 0);
    const giveBack = admission.open(asker, { cooldown: isJoke });
    try {
      if (!interaction.deferred && !interaction.replied) {
        await interaction.deferReply(privately ? { flags: MessageFlags.Ephemeral } : {});
      }
      const request = await submit(
        { store, queue },
        {
          ask: prompt,
          interaction: {
            id: interaction.id,
            applicationId: interaction.applicationId,
            token: interaction.token,
          },
          guildId,
          channelId,
          userId: user.id,
          locale,
          settings: decoder ?? guild.decoder,
          seed,
          safeMode,
          deadline: new Date(createdTimestamp + INTERACTION_LIFETIME_MS),
        },
      );
      if (isJoke) waiting.add(request.id, interaction);
    } catch (error) {
      giveBack();
      throw error;
    }
  };
}

const isAgeRestricted = ({ channel }: AskingInteraction): boolean =>
  channel !== null && 'nsfw' in channel && channel.nsfw === true;
