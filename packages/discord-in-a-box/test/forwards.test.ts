import {
  ApplicationCommandType,
  ContextMenuCommandBuilder,
  Events,
  GatewayIntentBits,
  type GuildTextBasedChannel,
  type Message,
  type MessageContextMenuCommandInteraction,
  MessageFlags,
  MessageReferenceType,
} from 'discord.js';
import { describe, expect, it } from 'vitest';
import { failure } from './rehearsal.ts';
import { bot, channel, channelId, guild, member, moderator, playScene, stage } from './scene.ts';
import { given, type Seen } from './stage.ts';

playScene();

const elsewhere = () => given(guild().channels[1]).id;
const write = (body: object) =>
  stage.post<Seen>('/box/messages', { channel: channelId(), user: member().id, ...body });

describe('a forwarded message', () => {
  it('has its content in a snapshot, not in itself', async () => {
    const said = await write({ content: 'Esto es un caracol' });
    const { id } = await write({ channel: elsewhere(), forward: said.id });
    const there = bot.channels.cache.get(elsewhere()) as GuildTextBasedChannel; // a text channel
    const message = await there.messages.fetch({ message: id, force: true });
    expect([message.content, message.flags.has(MessageFlags.HasSnapshot)]).toEqual(['', true]);
    expect(message.reference).toMatchObject({
      type: MessageReferenceType.Forward,
      channelId: channelId(),
      messageId: said.id,
      guildId: guild().id,
    });
    expect(message.messageSnapshots.first()?.content).toBe('Esto es un caracol');
    const again = await write({ forward: id });
    expect(
      (await channel().messages.fetch({ message: again.id, force: true })).messageSnapshots.first()?.content,
    ).toBe('Esto es un caracol');
  });

  it('comes so to a message command too', async () => {
    const command = new ContextMenuCommandBuilder()
      .setName('Continuar')
      .setType(ApplicationCommandType.Message);
    await bot.application.commands.set([command]);
    const said = await write({ content: 'Esto es' });
    const { id } = await write({ forward: said.id });
    const used = new Promise<MessageContextMenuCommandInteraction>((resolve) =>
      bot.once(Events.InteractionCreate, (one) => resolve(one as MessageContextMenuCommandInteraction)),
    );
    await stage.post('/box/commands', {
      channel: channelId(),
      user: member().id,
      name: 'Continuar',
      target: id,
    });
    const { targetMessage } = await used;
    expect(targetMessage.content).toBe('');
    expect(targetMessage.messageSnapshots.first()?.content).toBe('Esto es');
  });

  it('is what a bot sends with forward, and says nothing else', async () => {
    const original = await channel().send('Reenvíame');
    const sent = await original.forward(elsewhere());
    expect([sent.content, sent.messageSnapshots.first()?.content]).toEqual(['', 'Reenvíame']);
    const body = {
      content: 'y algo más',
      message_reference: { type: 1, channel_id: channelId(), message_id: original.id },
    };
    expect((await failure(bot.rest.post(`/channels/${elsewhere()}/messages`, { body }))).code).toBe(50035);
    const gone = { message_reference: { ...body.message_reference, message_id: '1' } };
    expect((await failure(bot.rest.post(`/channels/${elsewhere()}/messages`, { body: gone }))).code).toBe(
      10008,
    );
  });

  it('is refused with content of its own', async () => {
    const { id } = await write({ content: 'x' });
    const { body } = await stage.send('POST', '/box/messages', {
      channel: channelId(),
      user: member().id,
      forward: id,
      content: 'y',
    });
    expect(body.error).toMatch(/no content of its own/);
  });
});

describe('mentions and emoji', () => {
  it('stand in the content as ids, with the people beside it', async () => {
    const reader = await stage.bot(undefined, {
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
    });
    const told = new Promise<Message>((resolve) => reader.once(Events.MessageCreate, resolve));
    const [emoji, moving] = guild().emojis;
    const content = `<@${moderator().id}> entra en un bar <:${emoji?.name}:${emoji?.id}> <a:${moving?.name}:${moving?.id}>`;
    await write({ content });
    const message = await told;
    expect(message.content).toBe(content);
    expect(message.mentions.users.map(({ displayName }) => displayName)).toEqual([moderator().name]);
    expect(message.mentions.members?.first()?.displayName).toBe(moderator().name);
    expect(message.cleanContent).toBe(
      `@${moderator().name} entra en un bar :${emoji?.name}: :${moving?.name}:`,
    );
  });

  it('of a guild can be looked up', async () => {
    const wanted = guild().emojis.map(({ name, animated }) => [name, animated]);
    expect(wanted.length).toBeGreaterThan(1);
    const found = await given(bot.guilds.cache.get(guild().id)).emojis.fetch();
    expect(found.map(({ name, animated }) => [name, animated])).toEqual(wanted);
    expect((await failure(bot.rest.get(`/guilds/${guild().id}/emojis/1`))).code).toBe(10014);
  });
});
