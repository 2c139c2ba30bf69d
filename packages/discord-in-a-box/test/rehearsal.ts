import {
  type ChatInputCommandInteraction,
  type Client,
  DiscordAPIError,
  type GuildTextBasedChannel,
} from 'discord.js';
import { expect } from 'vitest';
import { type GuildState, given, openStage, type Stage } from './stage.ts';

type Handler = (interaction: ChatInputCommandInteraction) => unknown;

/** A stage with one command, /prueba, whose handler a test writes where it uses it. */
export interface Rehearsal {
  stage: Stage;
  bot: Client<true>;
  guild: GuildState;
  channel: GuildTextBasedChannel;
  /** Somebody who is no moderator. */
  member: string;
  /** Uses /prueba; `handle` is what the bot does. Gives what it returned or threw. */
  outcome(handle: Handler): Promise<unknown>;
  /** Discord's error that `handle` ran into. */
  error(handle: Handler): Promise<DiscordAPIError>;
  /** Uses /prueba and lets nobody answer. @returns the interaction */
  ignored(): Promise<string>;
  moveClock(ms: number): Promise<unknown>;
  /** Also fails the test if an exchange broke Discord's OpenAPI. */
  close(): Promise<void>;
}

/** Discord's error that an action ends in. */
export async function failure(action: Promise<unknown>): Promise<DiscordAPIError> {
  const error = await action.catch((thrown: unknown) => thrown);
  if (!(error instanceof DiscordAPIError))
    throw new Error(`expected a DiscordAPIError, got ${String(error)}`);
  return error;
}

export async function openRehearsal(): Promise<Rehearsal> {
  const fast = { count: 1000, window: 1000 };
  const stage = await openStage({
    rates: { messageEdit: fast, messageCreate: fast, followUp: fast, commands: fast, commandsBulk: fast },
  });
  let next: { handle: Handler; done: (outcome: unknown) => void } | undefined;
  const bot = await stage.bot(async (interaction) => {
    if (!next || !interaction.isChatInputCommand()) return;
    const { handle, done } = next;
    try {
      done(await handle(interaction));
    } catch (error) {
      done(error);
    }
  });
  await bot.application.commands.set([{ name: 'prueba', description: 'Prueba' }]);
  const guild = given((await stage.state()).guilds[0]);
  const channel = given(bot.channels.cache.get(given(guild.channels[0]).id)) as GuildTextBasedChannel; // a guild's text channel
  const member = given(guild.members.find(({ moderator }) => !moderator)).id;
  const use = () =>
    stage.post<{ interaction: string }>('/box/commands', {
      guild: guild.id,
      channel: channel.id,
      user: member,
      name: 'prueba',
    });
  const outcome = (handle: Handler) =>
    new Promise<unknown>((done, reject) => {
      next = { handle, done };
      use().catch(reject);
    });
  return {
    stage,
    bot,
    guild,
    channel,
    member,
    outcome,
    error: (handle) => failure(outcome(handle).then((value) => Promise.reject(value))),
    async ignored() {
      next = undefined;
      return (await use()).interaction;
    },
    moveClock: (ms) => stage.post('/box/world', { action: 'move-clock', ms }),
    async close() {
      expect(stage.validation.violations).toEqual([]);
      await stage.close();
    },
  };
}
