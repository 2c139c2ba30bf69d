import { type Client, Events } from 'discord.js';
import { type Box, createBox, createDriver } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, KNOWN_PEOPLE } from '../../src/bot/discord-client.ts';
import { silent } from '../databases.ts';

describe('what the Discord client keeps', () => {
  let box: Box;
  let client: Client;
  const known: { users: string[]; members: string[]; message: boolean }[] = [];

  beforeAll(async () => {
    box = await createBox({ port: 0, size: { guilds: 1, people: KNOWN_PEOPLE.users + 10 } });
    client = createClient(box.api, undefined, silent);
    client.on(Events.InteractionCreate, async (interaction) => {
      if (!interaction.isRepliable()) return;
      const { user, member } = interaction;
      known.push({
        users: [user.username],
        members: [member?.user.username ?? ''],
        message: interaction.isButton() && interaction.message.content === 'Hola',
      });
      const components = [{ type: 1, components: [{ type: 2, style: 2, label: 'Otra', custom_id: 'otra' }] }];
      await interaction.reply({ content: 'Hola', components, withResponse: true });
    });
    const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
    await client.login(box.token);
    await ready;
    await client.application?.commands.set([{ name: 'prueba', description: 'algo' }]);
  });
  afterAll(async () => {
    await client?.destroy();
    await box?.close();
  });

  it('is a few of those who have used it, and itself, but no message', async () => {
    const { guilds } = await createDriver(box).call<{
      guilds: { id: string; members: { username: string }[] }[];
    }>('/box/state');
    const crowd = guilds.at(-1);
    const people = (crowd?.members ?? []).map(({ username }) => username);
    expect(people.length).toBeGreaterThan(KNOWN_PEOPLE.users);
    const driver = createDriver(box, { guild: crowd?.id ?? '' });
    for (const who of people) {
      const answer = await driver.command(who, 'prueba');
      if (who === people.at(-1)) await driver.component(who, answer, 'otra');
    }

    const asked = [...people, people.at(-1)];
    expect(known.map(({ users }) => users[0])).toEqual(asked);
    expect(known.map(({ members }) => members[0])).toEqual(asked);
    expect(known.map(({ message }) => message)).toEqual([...people.map(() => false), true]);
    const last = people.at(-1);
    const itself = client.user?.id ?? '';
    const { users } = client;
    expect(users.cache.size).toBe(KNOWN_PEOPLE.users);
    expect(users.cache.has(itself)).toBe(true);
    expect(users.cache.some(({ username }) => username === last)).toBe(true);
    const guild = client.guilds.cache.get(crowd?.id ?? '');
    expect(guild?.members.cache.size).toBe(KNOWN_PEOPLE.membersOfGuild);
    expect(guild?.members.cache.has(itself)).toBe(true);
    for (const channel of guild?.channels.cache.values() ?? [])
      if (channel.isTextBased()) expect(channel.messages.cache.size).toBe(0);
  });
});
