import { randomInt } from 'node:crypto';
import type {
  BaseInteraction,
  ChatInputCommandInteraction,
  MessageComponentInteraction,
  MessageContextMenuCommandInteraction,
  REST,
} from 'discord.js';
import { MessageFlags } from 'discord.js';
import type { Store } from '../db/connect.ts';
import { isAnyGeneratorAlive } from '../db/generators.ts';
import type { Ask, NewRequest } from '../db/request-shape.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { sayNotShown, showHouseJoke } from '../discord/show-joke.ts';
import { visible } from '../discord/text.ts';
import { ChispaError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { Queue } from '../queue/queue.ts';
import { drawOrSubmit, type HouseAnswer, type Submitted, submit } from '../queue/submit.ts';
import type { Safety } from '../safety/safety.ts';
import type { Admission } from './admission.ts';
import type { SettingsCache } from './guild-settings.ts';
import type { Wait } from './open-requests.ts';
import { homeGuild, isGuest } from './place.ts';
import { readable } from './readable.ts';
import { Refusal } from './refusal.ts';
import { houseChoice, refuseWithoutHouse, type Source } from './source.ts';
import type { WaitingBoard } from './waiting-board.ts';

/** Maximum characters of a text to continue. */
export const TEXT_LENGTH = 1000;
/** How long Discord allows answers to an interaction, minus a margin for its way here and for the last edit. */
const INTERACTION_LIFETIME_MS = 15 * 60_000 - 30_000;

export type AskingInteraction =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | MessageComponentInteraction;

export interface AskOptions {
  /** The model or the house; if absent, the seed decides according to the guild's mix. */
  source?: Source | undefined;
  /** The house joke that another one is asked for. */
  except?: string | undefined;
  /** Unsigned 32-bit; random if absent. */
  seed?: number | undefined;
  /** Overrides the guild's settings. */
  settings?: DecoderSettings;
  /** Only the person who asked sees the reply. */
  privately?: boolean;
}

/**
 * Refuses what must be refused, acknowledges the interaction, then tells a house joke or queues the request, whose
 * answer the generator writes into the reply. Everything before the acknowledgement is decided from memory.
 */
export type AskFor = (interaction: AskingInteraction, ask: Ask, options?: AskOptions) => Promise<void>;

export interface AskDependencies {
  store: Store;
  queue: Queue;
  settings: SettingsCache;
  admission: Admission;
  safety: Safety;
  waiting: WaitingBoard;
  log: Logger;
}

/** The text for the model to continue, with ids replaced by names. Throws a `Refusal` if it is empty or too long. */
export function continuable(text: string, interaction: Pick<BaseInteraction, 'channel'>): string {
  const clean = visible(readable(text, interaction));
  if (!clean.trim()) throw new Refusal((m) => m.refusal.emptyText);
  if (clean.length > TEXT_LENGTH) throw new Refusal((m) => m.refusal.longText(TEXT_LENGTH));
  return clean;
}

export function createAsk({
  store,
  queue,
  settings,
  admission,
  safety,
  waiting,
  log,
}: AskDependencies): AskFor {
  const refuseUnsafe = (ask: Ask, safeMode: boolean) => {
    const allowed = (text: string) => safety.check(text, safeMode ? 'safe' : 'open').allowed;
    if (ask.kind === 'joke' && ask.theme && !allowed(ask.theme.text)) {
      throw new Refusal((m) => m.refusal.unsafeTheme);
    }
    if (ask.kind === 'continue' && 'text' in ask.from && !allowed(ask.from.text)) {
      throw new Refusal((m) => m.refusal.unsafeText);
    }
  };

  /** Tells a joke that needs no model. There is no job, so the bot writes the reply. */
  const tell = async (rest: REST, { request, joke }: HouseAnswer, lacks: string | undefined) => {
    const notices = lacks === undefined ? {} : { houseLacks: lacks };
    const delivery = await showHouseJoke({ db: store.db, rest }, request, joke, notices);
    if (delivery.outcome === 'blocked' || delivery.outcome === 'refused')
      throw new Refusal(sayNotShown(delivery));
  };

  return async (interaction, ask, options = {}) => {
    const { source, except, seed = randomInt(0, 2 ** 32), settings: decoder, privately } = options;
    const { channelId, user, locale } = interaction;
    const deadline = new Date(store.clock.now() + INTERACTION_LIFETIME_MS);
    const guildId = homeGuild(interaction);
    const guild = settings.of(guildId);
    const safeMode = guild.safeMode || !isAgeRestricted(interaction);
    refuseUnsafe(ask, safeMode);
    const asker = { userId: user.id, guildId };
    refuseWithoutHouse(ask, source, except);
    // Looking at a joke's steps or a preview starts no cooldown.
    const isJoke = ask.kind === 'joke' || ask.kind === 'continue' || ask.kind === 'duel';
    const cooldown = isJoke ? guild.cooldownSeconds : 0;
    admission.check(asker, cooldown);
    const turn = source === 'house' ? undefined : admission.tooLate(asker);
    const tooLate = turn !== undefined;
    if (tooLate && (ask.kind !== 'joke' || ask.newOnly)) throw new Refusal((m) => m.refusal.longQueue(turn));
    const { wait, written, giveBack } = admission.admit(interaction.id, asker, cooldown);
    const told = isJoke && !interaction.deferred && !tooLate ? wait : undefined;
    let submitted: Submitted;
    let lacks: string | undefined;
    try {
      await acknowledge(interaction, told, privately);
      if (ask.kind === 'duel' && !(await isAnyGeneratorAlive(store.db)))
        throw new Refusal((m) => m.duel.nobodyWrites);
      const asked: NewRequest = {
        ask,
        by: {
          ...asker,
          kind: 'person',
          interaction: {
            id: interaction.id,
            applicationId: interaction.applicationId,
            token: interaction.token,
          },
        },
        channelId: isGuest(interaction) ? null : channelId,
        locale,
        settings: decoder ?? guild.decoder,
        seed,
        exactSeed: options.seed !== undefined,
        safeMode,
        deadline,
      };
      const house = await houseChoice(store.db, { ask, source, seed, except, tooLate }, guild);
      lacks = house.lacks;
      submitted =
        house.fitting.length > 0
          ? await drawOrSubmit({ store, queue }, asked, house.fitting, { houseOnly: source === 'house' })
          : { request: await submit({ store, queue }, asked), joke: undefined };
      log.debug({ interaction: interaction.id, request: submitted.request.id }, 'a request was written');
      written();
      if (isJoke && !submitted.joke) waiting.add(submitted.request.id, { interaction, locale }, told);
    } catch (error) {
      giveBack();
      if (told && interaction.replied) await interaction.deleteReply(); // nobody has to wait
      throw isWithoutHouse(error) ? new Refusal((m) => m.refusal.noHouse) : error;
    }
    if (submitted.joke) await tell(interaction.client.rest, submitted, lacks);
  };
}

const isWithoutHouse = (error: unknown): boolean =>
  error instanceof ChispaError && error.code === 'no-house-joke';

/**
 * The bot owns the reply until there is a job. Telling people now that they have to wait costs nothing extra and can
 * never arrive after the joke.
 */
async function acknowledge(
  interaction: AskingInteraction,
  wait: Wait | undefined,
  privately = false,
): Promise<void> {
  if (interaction.deferred || interaction.replied) return;
  const flags = privately ? { flags: MessageFlags.Ephemeral as const } : {};
  if (!wait) {
    await interaction.deferReply(flags);
    return;
  }
  const content = messagesFor(interaction.locale).waiting(wait.position, wait.readyAt);
  await interaction.reply({ content, ...flags });
}

/** Threads and forum posts have no age restriction of their own: their channel's applies. */
function isAgeRestricted({ channel }: AskingInteraction): boolean {
  const restricted = channel?.isThread() ? channel.parent : channel;
  return restricted !== null && 'nsfw' in restricted && restricted.nsfw === true;
}
