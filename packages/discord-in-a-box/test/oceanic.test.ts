import { once } from 'node:events';
import {
  type AnyInteractionGateway,
  ApplicationCommandTypes,
  Client,
  ComponentTypes,
  InteractionTypes,
} from 'oceanic.js';
import { expect, it } from 'vitest';
import { given, openStage, type Seen, until } from './stage.ts';

/** A client library that shares no code with discord.js: the box must not merely fit one client's habits. */
it('serves a second, independent client library', async () => {
  const stage = await openStage();
  const client = new Client({
    auth: `Bot ${stage.box.token}`,
    rest: { baseURL: `${stage.box.api}/v10` },
    gateway: { intents: ['GUILDS'], getAllUsers: false },
  });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  client.on('interactionCreate', async (interaction: AnyInteractionGateway) => {
    if (interaction.type === InteractionTypes.APPLICATION_COMMAND) {
      await interaction.defer();
      await interaction.editOriginal({ content: 'uno' });
      await interaction.createFollowup({
        content: 'dos',
        components: [
          {
            type: ComponentTypes.ACTION_ROW,
            components: [{ type: ComponentTypes.BUTTON, style: 1, label: 'Vale', customID: 'vale' }],
          },
        ],
      });
    } else if (interaction.type === InteractionTypes.MESSAGE_COMPONENT) {
      await interaction.editParent({ content: 'pulsado', components: [] });
    }
  });
  try {
    const ready = once(client as unknown as NodeJS.EventEmitter, 'ready'); // oceanic's typed emitter is one
    await client.connect();
    await ready;
    expect(client.guilds.map(({ name }) => name)).toHaveLength(2);
    const registered = await client.application.bulkEditGlobalCommands([
      { type: ApplicationCommandTypes.CHAT_INPUT, name: 'hola', description: 'Saluda' },
    ]);
    expect(registered.map(({ name }) => name)).toEqual(['hola']);

    const guild = given((await stage.state()).guilds[0]);
    const place = { guild: guild.id, channel: given(guild.channels[0]).id, user: given(guild.members[0]).id };
    const messages = () => stage.get<Seen[]>(`/box/messages?channel=${place.channel}&user=${place.user}`);
    await stage.post('/box/commands', { ...place, name: 'hola' });
    const [, second] = await until('both messages', async () => {
      const seen = await messages();
      return seen.length === 2 ? seen : undefined;
    });
    expect((await messages()).map(({ content }) => content)).toEqual(['uno', 'dos']);
    await stage.post('/box/components', { user: place.user, message: given(second).id, customId: 'vale' });
    await until('update', async () => (await messages())[1]?.content === 'pulsado');
    expect(errors).toEqual([]);
    expect(stage.validation.violations).toEqual([]);
  } finally {
    client.disconnect(false);
    await stage.close();
  }
});
