import { type Client, Events } from 'discord.js';
import { type Box, createBox, createDriver } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/bot/discord-client.ts';
import { silent } from '../databases.ts';

describe('what the Discord client keeps', () => {
  let box: Box;
  let client: Client;
  const known: { users: string[]; members: string[]; message: boolean }[] = [];

  beforeAll(async () => {
    box = await createBox({ port: 0, size: { guilds: 1, people: 5 } });
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

  it('is not everybody who has used it, nor the messages with its buttons, but itself', async () => {
    const { guilds } = await createDriver(box).call<{
      guilds: { id: string; members: { username: string }[] }[];
    }>('/box/state');
    const crowd = guilds.at(-1);
    const people = (crowd?.members ?? []).map(({ username }) => username);
    expect(people.length).toBeGreaterThanOrEqual(5);
    const driver = createDriver(box, { guild: crowd?.id ?? '' });
    for (const who of people) {
      const answer = await driver.command(who, 'prueba');
      await driver.component(who, answer, 'otra');
    }

    expect(known.map(({ users }) => users[0])).toEqual(people.flatMap((one) => [one, one]));
    expect(known.map(({ members }) => members[0])).toEqual(people.flatMap((one) => [one, one]));
    expect(known.map(({ message }) => message)).toEqual(people.flatMap(() => [false, true]));
    const itself = client.user?.id;
    expect([...client.users.cache.keys()]).toEqual([itself]);
    for (const { members, channels } of client.guilds.cache.values()) {
      expect([...members.cache.keys()]).toEqual([itself]);
      for (const channel of channels.cache.values())
        if (channel.isTextBased()) expect(channel.messages.cache.size).toBe(0);
    }
  });
});
