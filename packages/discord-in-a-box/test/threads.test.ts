import {
  type AnyThreadChannel,
  ChannelType,
  Events,
  type ForumChannel,
  type Message,
  MessageType,
  type TextChannel,
  ThreadAutoArchiveDuration,
} from 'discord.js';
import { describe, expect, it } from 'vitest';
import { failure } from './rehearsal.ts';
import { bot, change, channelId, guild, member, moderator, playScene, register, stage } from './scene.ts';
import { given, type Seen, until } from './stage.ts';

playScene();

const text = () => given(bot.channels.cache.get(channelId())) as TextChannel; // the first channel is one
const forumState = () => given(guild().channels.find(({ type }) => type === ChannelType.GuildForum));
const forum = () => given(bot.channels.cache.get(forumState().id)) as ForumChannel; // by its type
const heard = <T>(event: Events) =>
  new Promise<T>((resolve) => bot.once(event as string, resolve as (value: unknown) => void));
const start = (body: object) => stage.post<{ id: string }>('/box/threads', body);
const write = (channel: string, content: string, user = member().id) =>
  stage.post<Seen>('/box/messages', { channel, user, content });
const stateOf = async (id: string) =>
  given(
    given((await stage.state()).guilds[0])
      .channels.flatMap(({ threads }) => threads)
      .find((one) => one.id === id),
  );

describe('a thread', () => {
  it('that a person starts from a message is told to the bot, with its parent', async () => {
    const { id: message } = await write(channelId(), '¿Os sabéis el del caracol?');
    const created = heard<AnyThreadChannel>(Events.ThreadCreate);
    const { id } = await start({ channel: channelId(), user: member().id, name: 'Caracoles', message });
    expect(id).toBe(message);
    const thread = await created;
    expect([thread.id, thread.name, thread.parentId, thread.ownerId]).toEqual([
      id,
      'Caracoles',
      channelId(),
      member().id,
    ]);
    const [starter] = await stage.get<Seen[]>(`/box/messages?channel=${id}&user=${member().id}`);
    expect(starter).toMatchObject({
      type: MessageType.ThreadStarterMessage,
      referenced_message: { content: '¿Os sabéis el del caracol?' },
    });
    const parent = await text().messages.fetch({ message, force: true });
    expect([parent.hasThread, parent.thread?.id]).toEqual([true, id]);
  });

  it('has no age restriction of its own: its parent has it', async () => {
    await register();
    const { id } = await start({ channel: channelId(), user: member().id, name: 'Noche' });
    await change({ action: 'set-nsfw', channel: channelId(), nsfw: true });
    const used = heard<{ channel: AnyThreadChannel }>(Events.InteractionCreate);
    await stage.post('/box/commands', { channel: id, user: member().id, name: 'hola' });
    const { channel } = await used;
    expect(channel.isThread()).toBe(true);
    expect(channel).not.toHaveProperty('nsfw');
    expect(channel.parent).toMatchObject({ nsfw: true });
    expect(await bot.rest.get(`/channels/${id}`)).not.toHaveProperty('nsfw');
    expect(
      (await stage.send('POST', '/box/world', { action: 'set-nsfw', channel: id, nsfw: true })).body.error,
    ).toMatch(/as its parent is/);
  });

  it('is started, joined, written in, archived and deleted by a bot that may', async () => {
    const own = await text().threads.create({
      name: 'Ensayo',
      type: ChannelType.PublicThread,
      autoArchiveDuration: ThreadAutoArchiveDuration.OneHour,
    });
    expect([own.type, own.autoArchiveDuration, own.parentId]).toEqual([
      ChannelType.PublicThread,
      60,
      channelId(),
    ]);
    expect((await text().messages.fetch({ limit: 1 })).first()?.type).toBe(MessageType.ThreadCreated);
    await own.send('Uno, dos');
    await own.members.add(member().id);
    expect([...(await own.members.fetch()).keys()].sort()).toEqual([bot.user.id, member().id].sort());
    await own.setArchived(true);
    expect((await stateOf(own.id)).archived).toBe(true);
    expect(given((await text().threads.fetchArchived()).threads.first()).id).toBe(own.id);
    await own.send('Y tres');
    expect((await stateOf(own.id)).archived).toBe(false);
    expect((await text().threads.fetchActive()).threads.has(own.id)).toBe(true);
    expect((await failure(own.delete())).code).toBe(50013);
    await change({ action: 'set-roles', guild: guild().id, user: bot.user.id, roles: ['Moderación'] });
    const gone = heard<AnyThreadChannel>(Events.ThreadDelete);
    await own.delete();
    expect((await gone).id).toBe(own.id);
    expect((await failure(own.send('¿Hola?'))).code).toBe(10003);
  });

  it('from a message is started once', async () => {
    const message = await text().send('Va de hilos');
    expect((await message.startThread({ name: 'Hilo' })).id).toBe(message.id);
    const again = bot.rest.post(`/channels/${channelId()}/messages/${message.id}/threads`, {
      body: { name: 'Otro' },
    });
    expect((await failure(again)).code).toBe(160004);
  });

  it('that is private is seen by its members and by moderators', async () => {
    const { id } = await start({ channel: channelId(), user: member().id, name: 'Secreto', private: true });
    expect((await failure(bot.channels.fetch(id, { force: true }))).code).toBe(50001);
    const other = given(guild().members.find((one) => !one.moderator && one.id !== member().id)).id;
    expect(
      (await stage.send('POST', '/box/messages', { channel: id, user: other, content: 'x' })).status,
    ).toBe(400);
    await write(id, 'Aquí estoy', moderator().id);
    const added = heard<AnyThreadChannel>(Events.ThreadCreate);
    await change({ action: 'join-thread', thread: id, user: bot.user.id });
    expect((await added).type).toBe(ChannelType.PrivateThread);
    expect((await bot.channels.fetch(id, { force: true }))?.isThread()).toBe(true);
  });

  it('that is locked is for moderators, and an archived one comes back with a message', async () => {
    const { id } = await start({ channel: channelId(), user: member().id, name: 'Cerrado' });
    const thread = (await bot.channels.fetch(id)) as AnyThreadChannel; // just started
    await change({ action: 'archive-thread', thread: id });
    expect((await stateOf(id)).archived).toBe(true);
    const told = heard<Message>(Events.MessageCreate);
    await write(id, 'Sigo');
    expect((await told).channelId).toBe(id);
    expect((await stateOf(id)).archived).toBe(false);
    await change({ action: 'archive-thread', thread: id, archived: false, locked: true });
    expect((await failure(thread.send('¿Puedo?'))).code).toBe(160005);
    expect(
      (await stage.send('POST', '/box/messages', { channel: id, user: member().id, content: 'x' })).status,
    ).toBe(400);
    await write(id, 'Yo sí', moderator().id);
  });

  it('goes with its channel', async () => {
    const { id } = await start({ channel: channelId(), user: member().id, name: 'Efímero' });
    await change({ action: 'delete-channel', channel: channelId() });
    expect((await failure(bot.channels.fetch(id, { force: true }))).code).toBe(10003);
  });
});

describe('a forum', () => {
  it('has posts of people and of bots, each with its first message and tags', async () => {
    const post = { channel: forumState().id, user: member().id, name: 'Más caracoles', tags: ['propuesta'] };
    const { id } = await start({ ...post, content: 'Nunca sobran.' });
    const thread = given(await until('post', () => forum().threads.cache.get(id)));
    expect((await thread.fetchStarterMessage({ force: true }))?.content).toBe('Nunca sobran.');
    expect(thread.appliedTags).toEqual([given(forumState().tags?.[0]).id]);
    const own = await forum().threads.create({ name: 'Del bot', message: { content: 'Hola' } });
    expect((await own.fetchStarterMessage())?.content).toBe('Hola');
    await own.send('Y más');
    expect((await own.fetch()).messageCount).toBe(1);
  });

  it('takes no messages outside its posts, and no tags it does not have', async () => {
    const body = { content: 'x' };
    expect((await failure(bot.rest.post(`/channels/${forum().id}/messages`, { body }))).code).toBe(40058);
    const { status, body: refusal } = await stage.send('POST', '/box/messages', {
      channel: forum().id,
      user: member().id,
      content: 'x',
    });
    expect([status, refusal.error]).toEqual([400, expect.stringMatching(/is a forum/)]);
    const wrong = await failure(forum().threads.create({ name: 'x', message: body, appliedTags: ['1'] }));
    expect([wrong.code, JSON.stringify(wrong.rawError)]).toEqual([
      50035,
      expect.stringContaining('applied_tags'),
    ]);
  });

  it('is made where a guild has none', async () => {
    const created = heard<ForumChannel>(Events.ChannelCreate);
    const { channel: id } = await stage.post<{ channel: string }>('/box/world', {
      action: 'create-channel',
      guild: guild().id,
      name: 'dudas',
      type: 'forum',
      tags: ['resuelta'],
      nsfw: true,
    });
    const made = await created;
    expect([made.id, made.type, made.nsfw, made.availableTags[0]?.name]).toEqual([
      id,
      ChannelType.GuildForum,
      true,
      'resuelta',
    ]);
  });
});
