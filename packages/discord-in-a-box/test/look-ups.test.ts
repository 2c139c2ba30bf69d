import { describe, expect, it } from 'vitest';
import {
  bot,
  change,
  channel,
  channelId,
  guild,
  member,
  playScene,
  register,
  stage,
  state,
} from './scene.ts';
import { given, type Seen } from './stage.ts';

playScene();

describe('look-ups', () => {
  it('find guilds, channels, members, roles, users, the application and direct channels', async () => {
    const found = given(bot.guilds.cache.get(guild().id));
    const { id } = member();
    expect((await found.fetch()).name).toBe(guild().name);
    expect((await bot.guilds.fetch()).size).toBe(2);
    expect((await found.channels.fetch()).size).toBe(guild().channels.length);
    expect((await bot.channels.fetch(channelId(), { force: true }))?.id).toBe(channelId());
    expect((await found.roles.fetch()).size).toBe(2);
    expect((await found.members.fetch({ user: id, force: true })).displayName).toBe(member().name);
    expect((await found.members.list({ limit: 100 })).size).toBe(5);
    expect((await found.members.search({ query: 'an', limit: 5 })).map(({ user }) => user.username)).toEqual([
      'ana',
    ]);
    expect((await found.fetchOwner()).id).toBe(found.ownerId);
    expect((await bot.users.fetch(id, { force: true })).globalName).toBe(member().name);
    expect((await bot.application.fetch()).name).toBe('Chispa');
    const dm = await (await bot.users.fetch(id)).createDM(true);
    const sent = await dm.send('en privado');
    expect(await stage.get<Seen[]>(`/box/messages?channel=${dm.id}&user=${id}`)).toMatchObject([
      { id: sent.id },
    ]);
  });

  it('page through messages', async () => {
    const contents = async (query: object) =>
      (await channel().messages.fetch({ cache: false, ...query })).map(({ content }) => content);
    for (const content of ['1', '2', '3', '4', '5']) {
      await stage.post('/box/messages', { channel: channelId(), user: member().id, content });
    }
    const all = [...(await channel().messages.fetch({ limit: 5 })).keys()];
    expect(await contents({ limit: 2 })).toEqual(['5', '4']);
    expect(await contents({ limit: 2, before: given(all[1]) })).toEqual(['3', '2']);
    expect(await contents({ limit: 2, after: given(all[4]) })).toEqual(['3', '2']);
    expect(await contents({ limit: 3, around: given(all[2]) })).toEqual(['4', '3', '2']);
  });

  it('reply to messages, type, and delete many at once with the permission', async () => {
    const said = await stage.post<Seen>('/box/messages', {
      channel: channelId(),
      user: member().id,
      content: 'hola',
    });
    const message = await channel().messages.fetch(said.id);
    const reply = await message.reply('¿qué tal?');
    expect((await reply.fetchReference()).id).toBe(said.id);
    await channel().sendTyping();
    await expect(channel().bulkDelete([said.id, reply.id])).rejects.toMatchObject({ code: 50013 });
    await change({ action: 'set-roles', guild: guild().id, user: bot.user.id, roles: ['Moderación'] });
    await channel().bulkDelete([said.id, reply.id]);
    expect(await stage.get(`/box/messages?channel=${channelId()}&user=${member().id}`)).toEqual([]);
  });
});

describe('application commands', () => {
  it('are registered, changed and removed, globally and in a guild', async () => {
    const { commands } = bot.application;
    const one = await commands.create({
      name: 'uno',
      description: 'Uno',
      descriptionLocalizations: { 'en-US': 'One' },
    });
    const again = await commands.create({ name: 'uno', description: 'Uno, otra vez' });
    expect(again.id).toBe(one.id);
    const edited = await commands.edit(one.id, { description: 'Editado' });
    expect(edited).toMatchObject({ id: one.id, name: 'uno', description: 'Editado' });
    await commands.create({ name: 'dos', description: 'Dos' }, guild().id);
    expect((await commands.fetch()).map(({ name }) => name)).toEqual(['uno']);
    expect((await commands.fetch({ guildId: guild().id })).map(({ name }) => name)).toEqual(['dos']);
    expect((await stage.state()).commands.map(({ name, guild_id }) => [name, guild_id])).toEqual([
      ['uno', undefined],
      ['dos', guild().id],
    ]);
    const elsewhere = given(state.guilds[1]);
    const body = {
      channel: given(elsewhere.channels[0]).id,
      user: given(elsewhere.members[0]).id,
      name: 'dos',
    };
    expect((await stage.send('POST', '/box/commands', body)).body.error).toMatch(/no command dos/);
    await commands.delete(one.id);
    expect((await stage.state()).commands.map(({ name }) => name)).toEqual(['dos']);
  });

  it('keep id and version when registered unchanged', async () => {
    // discord.js patches its cached command in place: only what is read at once can be compared
    const identity = (command: { id: string; version: string } | undefined) => [
      command?.id,
      command?.version,
    ];
    const first = identity((await register()).first());
    expect(identity((await register()).first())).toEqual(first);
    const [id, version] = identity(
      (await bot.application.commands.set([{ name: 'hola', description: 'Cambia' }])).first(),
    );
    expect(id).toBe(first[0]);
    expect(version).not.toBe(first[1]);
  });
});
