import { type ChatInputCommandInteraction, Events, PermissionFlagsBits } from 'discord.js';
import { describe, expect, it } from 'vitest';
import {
  bot,
  change,
  channel,
  channelId,
  guild,
  member,
  moderator,
  playScene,
  register,
  stage,
} from './scene.ts';
import { given } from './stage.ts';

playScene();

const heard = <T>(event: Events) =>
  new Promise<T>((resolve) => bot.once(event as string, resolve as (value: unknown) => void));
const now = async () => given((await stage.state()).guilds[0]);
const command = () =>
  stage.send('POST', '/box/commands', { channel: channelId(), user: member().id, name: 'hola' });

describe('a change of the world', () => {
  it('deletes a message', async () => {
    const message = await channel().send('adiós');
    const deleted = heard<{ id: string }>(Events.MessageDelete);
    await change({ action: 'delete-message', message: message.id });
    expect((await deleted).id).toBe(message.id);
    await expect(message.fetch(true)).rejects.toMatchObject({ code: 10008 });
  });

  it('deletes a channel with its messages', async () => {
    const sent = channel();
    await sent.send('adiós');
    await register();
    const used = heard<ChatInputCommandInteraction>(Events.InteractionCreate);
    const answered = heard<unknown>(Events.MessageCreate);
    await command();
    await answered;
    const deleted = heard<{ id: string }>(Events.ChannelDelete);
    await change({ action: 'delete-channel', channel: channelId() });
    expect((await deleted).id).toBe(channelId());
    await expect(sent.send('eco')).rejects.toMatchObject({ code: 10003 });
    await expect((await used).followUp('eco')).rejects.toMatchObject({ code: 10003 });
    await expect((await used).editReply('eco')).rejects.toMatchObject({ code: 10008 });
    expect((await now()).channels.map(({ id }) => id)).not.toContain(channelId());
    expect((await command()).status).toBe(400);
  });

  it('removes the bot from a guild and adds it again', async () => {
    const left = heard<{ id: string }>(Events.GuildDelete);
    const sent = channel();
    await change({ action: 'remove-guild', guild: guild().id });
    expect((await left).id).toBe(guild().id);
    expect((await stage.state()).guilds.map(({ id }) => id)).not.toContain(guild().id);
    await expect(sent.send('eco')).rejects.toMatchObject({ code: 50001 });
    const joined = heard<{ id: string }>(Events.GuildCreate);
    await change({ action: 'add-guild', guild: guild().id });
    expect((await joined).id).toBe(guild().id);
    await channel().send('hola de nuevo');
  });

  it('bans, so that somebody is gone until they are unbanned and join', async () => {
    await register();
    const person = { guild: guild().id, user: member().id };
    const [banned, removed] = [
      heard<{ user: { id: string } }>(Events.GuildBanAdd),
      heard<{ id: string }>(Events.GuildMemberRemove),
    ];
    await change({ action: 'ban', ...person });
    expect((await banned).user.id).toBe(person.user);
    expect((await removed).id).toBe(person.user);
    expect((await command()).body.error).toMatch(/not a member/);
    expect((await now()).members.map(({ id }) => id)).not.toContain(person.user);
    expect((await stage.send('POST', '/box/world', { action: 'join', ...person })).body.error).toMatch(
      /banned/,
    );
    await change({ action: 'unban', ...person });
    const joined = heard<{ id: string }>(Events.GuildMemberAdd);
    await change({ action: 'join', ...person });
    expect((await joined).id).toBe(person.user);
    expect((await command()).status).toBe(202);
  });

  it('times somebody out for a while', async () => {
    await register();
    await change({ action: 'timeout', guild: guild().id, user: member().id, seconds: 60 });
    expect((await command()).body.error).toMatch(/timed out/);
    expect((await now()).members.find(({ id }) => id === member().id)?.timedOutUntil).toMatch(/Z$/);
    await change({ action: 'move-clock', ms: 60_000 });
    expect((await command()).status).toBe(202);
  });

  it('changes roles and what they allow', async () => {
    const updated = heard<unknown>(Events.GuildMemberUpdate);
    await bot.guilds.cache.get(guild().id)?.members.fetch(member().id);
    await change({ action: 'set-roles', guild: guild().id, user: member().id, roles: ['Moderación'] });
    await updated;
    expect((await now()).members.filter((one) => one.moderator)).toHaveLength(2);
    await change({ action: 'set-roles', guild: guild().id, user: moderator().id, roles: [] });
    expect((await now()).members.find(({ id }) => id === moderator().id)?.moderator).toBe(false);
    const bits = String(PermissionFlagsBits.ViewChannel);
    await change({ action: 'set-role-permissions', guild: guild().id, role: '@everyone', permissions: bits });
    const role = await bot.guilds.cache.get(guild().id)?.roles.fetch(guild().id, { force: true });
    expect(role?.permissions.bitfield).toBe(PermissionFlagsBits.ViewChannel);
  });

  it('hides a channel from a member', async () => {
    const bits = String(PermissionFlagsBits.ViewChannel);
    await change({
      action: 'set-channel-permissions',
      channel: channelId(),
      target: member().id,
      deny: bits,
    });
    const { body } = await stage.send('POST', '/box/messages', {
      channel: channelId(),
      user: member().id,
      content: 'x',
    });
    expect(body.error).toMatch(/cannot see/);
  });

  it('marks a channel as age-restricted', async () => {
    const updated = heard<unknown>(Events.ChannelUpdate);
    await change({ action: 'set-nsfw', channel: channelId(), nsfw: true });
    await updated;
    expect(channel()).toMatchObject({ nsfw: true });
    expect((await now()).channels[0]?.nsfw).toBe(true);
  });

  it.each([
    [{ action: 'nada' }, /action/],
    [{ action: 'ban', guild: '1', user: '1' }, /no guild 1/],
    [{ action: 'delete-message', message: '1' }, /no message 1/],
    [{ action: 'move-clock', ms: -1 }, /ms/],
    [{ action: 'set-nsfw', channel: 'x', nsfw: true }, /channel/],
  ])('is refused when wrong: %j', async (body, sentence) => {
    const answer = await stage.send('POST', '/box/world', body);
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringMatching(sentence)]);
  });
});
