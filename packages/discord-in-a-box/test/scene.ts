import { type Client, GatewayIntentBits, type GuildTextBasedChannel } from 'discord.js';
import { afterEach, beforeEach, expect } from 'vitest';
import { given, openStage, type Stage, type State } from './stage.ts';

// A stage whose bot says "vale" to everything, for tests of what is around the commands.

export let stage: Stage;
export let bot: Client<true>;
/** The world as it was when the test began. */
export let state: State;

/** Call it first in a test file: a new scene for each of its tests, which must not break Discord's rules. */
export function playScene(): void {
  beforeEach(async () => {
    stage = await openStage();
    bot = await stage.bot((interaction) => interaction.isRepliable() && interaction.reply('vale'), {
      intents: [
        GatewayIntentBits.Guilds,
        GatewayIntentBits.GuildMembers,
        GatewayIntentBits.GuildModeration,
        GatewayIntentBits.GuildMessages,
      ],
    });
    state = await stage.state();
  });
  afterEach(async () => {
    expect(stage.validation.violations).toEqual([]);
    await stage.close();
  });
}

export const guild = () => given(state.guilds[0]);
export const channelId = () => given(guild().channels[0]).id;
export const channel = () => given(bot.channels.cache.get(channelId())) as GuildTextBasedChannel; // a guild's text channel
export const moderator = () => given(guild().members.find((one) => one.moderator));
export const member = () => given(guild().members.find((one) => !one.moderator));
export const change = (body: object) => stage.post('/box/world', body);
export const register = () => bot.application.commands.set([{ name: 'hola', description: 'Saluda' }]);
