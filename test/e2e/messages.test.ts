import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import {
  type Asked,
  button,
  isEphemeral,
  isFinished,
  jokeOf,
  type Player,
  type SeenMessage,
  voteButtons,
  type World,
} from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const CRUDE = 'hijo de puta';

describe('messages and channels of every kind', () => {
  let started: Started;
  let player: Player;

  beforeAll(async () => {
    started = await startForTest();
    player = started.player;
  });
  afterAll(() => started.close());

  const write = (message: object) =>
    player.call<SeenMessage>('/box/messages', {
      channel: player.channel,
      user: player.ana.id,
      ...message,
    });
  /** The text of the joke that continues a message. */
  const continued = async (message: SeenMessage): Promise<string> => {
    const asked = await player.ask(player.luis, 'Continuar chiste', {}, { target: message.id });
    const answer = await asked.answer((m) => isFinished(m) || isEphemeral(m));
    return jokeOf(answer) || answer.content;
  };

  it('continues a forwarded message, whose text is another one’s', async () => {
    const { id } = await write({ content: 'Entra un caracol en un bar y pide' });
    const forwarded = await write({ forward: id });
    expect(forwarded.content).toBe('');
    expect(await continued(forwarded)).toMatch(/^\*\*Entra un caracol en un bar y pide\*\*/);
  });

  it('continues a forwarded joke, whose text is in its embed, and not the notice above it', async () => {
    const joke = await (
      await player.ask(player.luis, 'chiste', { fuente: 'nuevo', tema: 'xilófono' })
    ).answer(isFinished);
    const forwarded = await write({ forward: joke.id });
    const [line = ''] = jokeOf(joke).split('\n');
    expect(await continued(forwarded)).toContain(`**${line}`);
  });

  it('finds nothing to continue where nothing is to be seen', async () => {
    expect(await continued(await write({ content: ' \u200b ' }))).toBe(es.refusal.nothingToContinue);
  });

  it('reads names where Discord sends ids', async () => {
    const content = `<@${player.luis.id}> entra en un bar <:pepe:123456789012345678> con <@99999999999999999>`;
    const text = await continued(await write({ content }));
    expect(text).toContain(`@${player.luis.name} entra en un bar :pepe: con @alguien`);
    expect(text).not.toMatch(/\d{17}/);
  });

  it('reads names in what is typed into a command', async () => {
    const texto = `<@${player.ana.id}> y <@&88888888888888888> en <#${player.channel}> el <t:1700000000:R>`;
    const answer = await (await player.ask(player.luis, 'continuar', { texto })).answer(isFinished);
    expect(jokeOf(answer)).toMatch(/^\*\*@\S+ y @rol en #\S+ el 1[45] de noviembre de 2023\*\*/);
  });

  it.each([
    ['a thread of it', 'text', {}],
    ['a post in an age-restricted forum', 'forum', { content: 'Contad aquí' }],
  ] as const)('inherits a channel’s age restriction in %s', async (_, type, post) => {
    const { guild, moderator, luis } = player;
    await (
      await player.ask(moderator, 'ajustar', { activado: false }, { subcommand: 'modo-seguro' })
    ).answer();
    const { channel } = await player.call<{ channel: string }>('/box/world', {
      ...{ action: 'create-channel', guild, name: `adultos-${type}`, type, nsfw: true },
    });
    const thread = await player.call<{ id: string }>('/box/threads', {
      ...{ channel, user: luis.id, name: 'hilo', ...post },
    });
    const said = async () => {
      const { interaction } = await player.call<{ interaction: string }>('/box/commands', {
        ...{ guild, channel: thread.id, user: luis.id, name: 'continuar', options: { texto: CRUDE } },
      });
      const answer = await player.inChannel(
        thread.id,
        luis,
        (m) => m.interaction === interaction && (isFinished(m) || isEphemeral(m)),
      );
      return jokeOf(answer) || answer.content;
    };
    // Gateway events reach the bot a moment after the box changes.
    await expect.poll(said, { timeout: 60_000 }).toMatch(/^\*\*hijo de puta\*\*/);
    await player.call('/box/world', { action: 'set-nsfw', channel, nsfw: false });
    await expect.poll(said, { timeout: 60_000 }).toBe(es.refusal.unsafeText);
  });

  describe('where the bot is no member, for somebody who added it to their account', () => {
    type Member = World['guilds'][number]['members'][number];
    type Place = { guild: string | null; channel: string };
    let between: Place;
    let foreign: Place;
    /** Whoever is there besides Ana. */
    let other: Member;
    /** Three people of the server that has not added it. */
    let reporters: Member[];
    const ask = (
      place: Place,
      name: string,
      options: Record<string, unknown> = {},
      user = player.ana,
      more = {},
    ) => player.ask(user, name, options, { ...place, ...more });
    const tell = async (place: Place, options: Record<string, unknown> = { fuente: 'nuevo' }) =>
      (await ask(place, 'chiste', options)).answer(isFinished);
    const answer = async (asked: Promise<Asked>, wanted?: (message: SeenMessage) => boolean) =>
      (await asked).answer(wanted);
    const seen = (place: Place, message: SeenMessage, wanted: (message: SeenMessage) => boolean) =>
      player.eventually(async () => {
        const query = `channel=${place.channel}&user=${player.ana.id}`;
        const all = await player.call<SeenMessage[]>(`/box/messages?${query}`);
        return all.find((one) => one.id === message.id && wanted(one));
      });

    beforeAll(async () => {
      const { ana } = player;
      const { guilds, privates } = await player.call<World & { privates: { id: string; users: string[] }[] }>(
        '/box/state',
      );
      const [conversation] = privates.filter(({ users }) => users.includes(ana.id));
      const [, guild] = guilds;
      const friend = conversation?.users.find((id) => id !== ana.id) ?? '';
      between = { guild: null, channel: conversation?.id ?? '' };
      foreign = { guild: guild?.id ?? '', channel: guild?.channels[0]?.id ?? '' };
      other = guilds.flatMap(({ members }) => members).find(({ id }) => id === friend) ?? player.luis;
      reporters = guild?.members ?? [];
      await player.call('/box/world', { action: 'install-app', user: ana.id });
      await player.call('/box/world', { action: 'set-nsfw', channel: foreign.channel, nsfw: true });
      await player.call('/box/world', { action: 'remove-guild', guild: guild?.id });
    });

    it('tells jokes between people, who vote on them and ask for more, all through interactions', async () => {
      const reached: string[] = [];
      const stop = started.box.onExchange(({ method, path }) => {
        if (path.includes(between.channel)) reached.push(`${method} ${path}`);
      });
      const joke = await tell(between);
      expect(joke.edits).toBeGreaterThan(0);
      await player.press(other, joke, voteButtons(joke)[4] ?? '');
      await seen(between, joke, (m) => JSON.stringify(m.embeds).includes('1 voto'));
      const steps = player.press(other, joke, button(joke, es.buttons.think));
      expect(isEphemeral(await answer(steps, (m) => m.embeds[0]?.title === es.steps.title))).toBe(true);
      const another = await answer(player.press(other, joke, button(joke, es.buttons.again)), isFinished);
      expect(another.id).not.toBe(joke.id);
      const more = await answer(player.press(other, joke, button(joke, es.buttons.more)), isFinished);
      expect(more.embeds[0]?.title).toBe(es.joke.continuation);
      const house = await tell(between, { fuente: 'casa', tema: 'gato' });
      const next = await answer(player.press(other, house, button(house, es.buttons.again)), isFinished);
      expect(next.embeds[0]?.footer?.text).toContain(es.joke.house);
      const notHers = await answer(player.press(other, joke, button(joke, es.buttons.delete)), isEphemeral);
      expect(notHers.content).toBe(es.refusal.notYours);
      await player.press(player.ana, joke, button(joke, es.buttons.delete));
      await player.eventually(async () => {
        const query = `channel=${between.channel}&user=${other.id}`;
        const all = await player.call<SeenMessage[]>(`/box/messages?${query}`);
        return all.some(({ id }) => id === joke.id) ? undefined : true;
      });
      stop();
      expect(reached).toEqual([]);
    });

    it('goes on from texts, helps, and says what is kept: neither the place nor the server', async () => {
      const text = await answer(ask(between, 'continuar', { texto: 'Va una vaca y' }), isFinished);
      expect(jokeOf(text)).toMatch(/^\*\*Va una vaca y\*\*/);
      const help = await answer(ask(foreign, 'ayuda'));
      expect(help.embeds[0]?.description).toContain(es.help.elsewhere);
      expect(help.embeds[0]?.description).not.toContain('/ajustar');
      await tell(foreign, { fuente: 'casa' });
      const panel = await answer(ask(between, 'privacidad'));
      const file = await answer(
        player.press(player.ana, panel, button(panel, es.buttons.export)),
        (m) => m.content === es.privacy.file,
      );
      const [{ url }] = (file as SeenMessage & { attachments: [{ url: string }] }).attachments;
      const kept = (await (await fetch(url)).json()) as {
        requests: { guildId: unknown; channelId: unknown; text: string | null }[];
      };
      expect(kept.requests.length).toBeGreaterThan(2);
      expect(kept.requests.some(({ text }) => text === 'Va una vaca y')).toBe(true);
      for (const { guildId, channelId } of kept.requests) expect([guildId, channelId]).toEqual([null, null]);
      expect(JSON.stringify(kept)).not.toMatch(
        new RegExp([between.channel, foreign.channel, foreign.guild].join('|')),
      );
    });

    it('keeps to safe mode in an age-restricted channel too', async () => {
      const refused = await answer(ask(foreign, 'continuar', { texto: CRUDE }));
      expect(refused.content).toBe(es.refusal.unsafeText);
    });

    it('hides a joke that three people reported', async () => {
      const joke = await tell(foreign);
      const thanks: string[] = [];
      for (const user of reporters) {
        const opened = await player.press(user, joke, button(joke, es.buttons.report));
        const sent = player.modal(user, opened.interaction, { reason: '' });
        thanks.push((await answer(sent, (m) => m.id !== joke.id)).content);
      }
      expect(thanks).toEqual([es.report.thanksElsewhere, es.report.thanksElsewhere, es.report.thanksHidden]);
      const hidden = await seen(foreign, joke, (m) => JSON.stringify(m.embeds).includes(es.joke.hidden));
      expect(hidden.components).toEqual([]);
    });

    it.each([
      ['chiste', { fuente: 'mejores' }, {}, es.refusal.bestInGuild],
      ['duelo', {}, {}, es.duel.inGuild],
      ['ranking', {}, {}, es.refusal.guildOnly],
      ['estadisticas', {}, {}, es.refusal.guildOnly],
      ['ajustar', {}, { subcommand: 'ver' }, es.refusal.guildOnly],
    ])('says that /%s is for servers', async (name, options, more, sentence) => {
      for (const place of [between, foreign]) {
        const asked = ask(place, name, options, player.ana, { unchecked: true, ...more });
        const said = await answer(asked);
        expect(said.content).toBe(sentence);
        expect(isEphemeral(said)).toBe(true);
      }
    });
  });
});
