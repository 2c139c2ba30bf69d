import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { customId } from '../../src/discord/custom-id.ts';
import { es } from '../../src/discord/messages/index.ts';
import {
  button,
  isEphemeral,
  isFinished,
  jokeOf,
  type Player,
  type SeenMessage,
  voteButtons,
} from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const text = (message: SeenMessage) => JSON.stringify([message.content, message.embeds, message.components]);
const { buttons } = es;
const labels = (message: SeenMessage): string[] => {
  const [, others] = message.components;
  return others?.components.flatMap(({ label }) => label ?? []) ?? [];
};

describe('a community', () => {
  let started: Started;
  let player: Player;
  const tell = async (user = player.ana, options = {}) =>
    (await player.ask(user, 'chiste', { fuente: 'nuevo', ...options })).answer(isFinished);

  beforeAll(async () => {
    started = await startForTest();
    player = started.player;
  });
  afterAll(() => started.close());

  it('sees faces from 1 to 5 first, then what else can be done', async () => {
    const joke = await tell();
    expect(voteButtons(joke)).toHaveLength(5);
    expect(joke.components[1]?.components.map(({ label }) => label)).toEqual([
      buttons.again,
      buttons.more,
      buttons.think,
      buttons.report,
      buttons.delete,
    ]);
    expect(text(joke)).toContain(`<@${player.ana.id}>`);
  });

  it('asks for another, and for more of the same', async () => {
    const joke = await tell(player.ana, { semilla: 7 });
    const another = await (await player.press(player.luis, joke, button(joke, buttons.again))).answer(
      isFinished,
    );
    expect(another.id).not.toBe(joke.id);
    expect(jokeOf(another)).not.toBe(jokeOf(joke));
    const more = await (await player.press(player.luis, joke, button(joke, buttons.more))).answer(isFinished);
    expect(more.embeds[0]?.title).toBe(es.joke.continuation);
  });

  it('sees what the model was thinking, as a picture, privately', async () => {
    const joke = await tell();
    const press = await player.press(player.luis, joke, button(joke, buttons.think));
    const steps = await press.answer((m) => m.embeds[0]?.title === es.steps.title);
    expect(isEphemeral(steps)).toBe(true);
    const picture = steps.embeds[0]?.image?.url ?? '';
    const bytes = new Uint8Array(await (await fetch(picture)).arrayBuffer());
    expect([...bytes.slice(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    expect(bytes.length).toBeGreaterThan(5000);
  });

  it('lets whoever asked delete a joke, and nobody else', async () => {
    const joke = await tell(player.ana);
    const refused = await player.press(player.luis, joke, button(joke, buttons.delete));
    expect((await refused.answer((m) => m.id !== joke.id)).content).toBe(es.refusal.notYours);
    await player.press(player.ana, joke, button(joke, buttons.delete));
    await expect
      .poll(async () => (await player.messages(player.ana.id)).some(({ id }) => id === joke.id))
      .toBe(false);
  });

  it('does nothing for a button that is not on the message it came with, whatever it names', async () => {
    const { moderator, luis, ana } = player;
    const [own, other] = [await tell(luis), await tell(ana)];
    const joke = button(own, buttons.delete).split(':')[2] ?? '';
    const onIt = [...voteButtons(own).slice(0, 1), ...labels(own).map((label) => button(own, label))];
    const ofModerators = [customId('hide', joke), customId('clear', joke), customId('pin', 1)];
    for (const [person, forged] of [
      ...onIt.map((id) => [luis, id] as const),
      ...ofModerators.map((id) => [moderator, id] as const),
    ]) {
      const press = await player.press(person, other, forged, { unchecked: true });
      expect((await press.answer((m) => m.id !== other.id)).content, forged).toBe(es.refusal.jokeGone);
    }
    const left = await player.messages(ana.id);
    for (const before of [own, other])
      expect(text(left.find(({ id }) => id === before.id) ?? before)).toBe(text(before));
    expect(left.map(({ id }) => id)).toEqual(expect.arrayContaining([own.id, other.id]));
  });

  it('does nothing for a modal that names a joke of another message', async () => {
    const [own, other] = [await tell(player.luis), await tell(player.ana)];
    const opened = await player.press(player.luis, own, button(own, buttons.report));
    const { interaction } = await player.eventually(() =>
      player.call<{ interaction: string }>('/box/modals', {
        ...{ user: player.luis.id, interaction: opened.interaction, fields: { reason: 'Es malo' } },
        ...{ customId: button(other, buttons.report), unchecked: true },
      }),
    );
    const answer = await player.eventually(async () =>
      (await player.messages(player.luis.id)).find((m) => m.interaction === interaction),
    );
    expect(answer.content).toBe(es.refusal.jokeGone);
  });

  it('shows an empty ranking to whoever asks alone', async () => {
    const answer = await (await player.ask(player.ana, 'ranking')).answer((m) => m.content !== '');
    expect(answer.content).toBe(es.ranking.empty);
    expect(isEphemeral(answer)).toBe(true);
    const best = await (await player.ask(player.ana, 'chiste', { fuente: 'mejores' })).answer();
    expect(best.content).toBe(es.refusal.noBest);
    expect(isEphemeral(best)).toBe(true);
  });

  it('is not promised a moderator where none hears of reports', async () => {
    const joke = await tell();
    const opened = await player.press(player.luis, joke, button(joke, buttons.report));
    const sent = await player.modal(player.luis, opened.interaction, { reason: '' });
    expect((await sent.answer()).content).toBe(es.report.thanksUnheard);
  });

  it('hides a reported joke by a moderator’s decision in the log channel', async () => {
    const { moderator, ana, luis } = player;
    const [, logChannel] = (await player.world()).guilds[0]?.channels ?? [];
    await (
      await player.ask(moderator, 'ajustar', { canal: logChannel?.id }, { subcommand: 'registro' })
    ).answer();
    const joke = await tell(ana);
    const opened = await player.press(luis, joke, button(joke, buttons.report));
    const sent = await player.modal(luis, opened.interaction, { reason: 'Insulta a mi **loro**' });
    expect((await sent.answer()).content).toBe(es.report.thanks);
    const inLog = await player.inChannel(
      logChannel?.id ?? '',
      moderator,
      (m) => m.embeds[0]?.title === es.report.logTitle,
    );
    expect(text(inLog)).toContain(String.raw`Insulta a mi \\*\\*loro\\*\\*`);
    expect((inLog.embeds[0] as { url?: string }).url).toBe(
      `https://discord.com/channels/${player.guild}/${player.channel}/${joke.id}`,
    );

    await player.press(luis, inLog, button(inLog, buttons.hide));
    expect(text(await player.until(ana, joke.id, () => true))).not.toContain(es.joke.hidden);
    await player.press(moderator, inLog, button(inLog, buttons.hide));
    const hidden = await player.until(ana, joke.id, (m) => text(m).includes(es.joke.hidden));
    expect(hidden.components).toEqual([]);
  });

  it('hides a joke that a moderator chose from its menu', async () => {
    const joke = await tell();
    const target = { target: joke.id };
    expect((await (await player.ask(player.luis, 'Ocultar chiste', {}, target)).answer()).content).toBe(
      es.refusal.moderatorsOnly,
    );
    expect((await (await player.ask(player.moderator, 'Ocultar chiste', {}, target)).answer()).content).toBe(
      es.report.nowHidden,
    );
    await player.until(player.ana, joke.id, (m) => text(m).includes(es.joke.hidden));
  });

  describe('in a duel', () => {
    const duel = async () =>
      (await player.ask(player.ana, 'duelo')).answer((m) => m.content.includes(es.duel.title));
    const isClosed = (m: SeenMessage) => !m.content.includes('<t:');
    const footers = (m: SeenMessage) => m.embeds.map(({ footer }) => footer?.text ?? '');

    it('chooses in secret, changes its mind, and learns at the end who told what', async () => {
      const open = await duel();
      expect(open.embeds.map(({ title }) => title)).toEqual(['A', 'B']);
      expect(open.embeds.every(({ description }) => (description ?? '').length > 5)).toBe(true);
      expect(footers(open)).toEqual(['', '']);
      const vote = async (user: Player['ana'], label: string) => {
        const told = await (await player.press(user, open, button(open, label))).answer(
          (m) => m.id !== open.id,
        );
        expect(isEphemeral(told)).toBe(true);
        return told.content;
      };
      expect(await vote(player.ana, 'A')).toContain('te gusta más **A**');
      expect(await vote(player.luis, es.buttons.tie)).toContain('empate');
      expect(await vote(player.ana, 'B')).toContain('te gusta más **B**');
      const close = (user: Player['ana']) => player.press(user, open, button(open, es.buttons.closeDuel));
      const refused = await (await close(player.luis)).answer((m) => m.id !== open.id);
      expect(refused.content).toBe(es.refusal.moderatorsOnly);
      expect(isClosed(await player.until(player.ana, open.id, () => true))).toBe(false);

      await close(player.moderator);
      const closed = await player.until(player.ana, open.id, isClosed);
      expect(closed.content).toContain(es.duel.result({ a: 0, b: 1, tie: 1 }));
      expect(footers(closed).map((text) => text.split(' · ')[0])).toEqual(['0 votos', '1 voto']);
      expect(footers(closed).some((text) => text.includes('mini-es'))).toBe(true);
      const again = { unchecked: true };
      const late = await player.press(player.luis, closed, customId('duel', idOf(open), 'a'), again);
      expect((await late.answer((m) => m.id !== open.id)).content).toBe(es.refusal.jokeGone);
    });

    /** The id in a duel's buttons. */
    const idOf = (message: SeenMessage) => button(message, 'A').split(':')[2] ?? '';

    it('cannot vote in another one through its buttons', async () => {
      const [one, other] = [await duel(), await duel()];
      const forged = [customId('duel', idOf(other), 'a'), customId('duel-close', idOf(other))];
      for (const id of forged) {
        const press = await player.press(player.moderator, one, id, { unchecked: true });
        expect((await press.answer((m) => m.id !== one.id)).content).toBe(es.refusal.jokeGone);
      }
      expect(isClosed(await player.until(player.ana, other.id, () => true))).toBe(false);
    });

    it('no longer sees a joke that a moderator hid, and cannot vote on it', async () => {
      const open = await duel();
      const hide = await player.ask(player.moderator, 'Ocultar chiste', {}, { target: open.id });
      expect((await hide.answer()).content).toBe(es.report.nowHiddenBoth);
      const hidden = await player.until(player.ana, open.id, (m) => m.components.length === 0);
      expect(hidden.embeds.map(({ description }) => description)).toEqual([es.joke.hidden, es.joke.hidden]);
    });

    it('can report either joke', async () => {
      const open = await duel();
      const opened = await player.press(player.luis, open, button(open, es.buttons.reportOne('B')));
      const sent = await player.modal(player.luis, opened.interaction, { reason: '' });
      expect((await sent.answer()).content).toBe(es.report.thanks);
    });
  });

  it('ranks what it voted for, tells a loved one again, and draws its statistics', async () => {
    const joke = await tell(player.ana);
    for (const user of [player.ana, player.luis, player.moderator]) {
      await player.press(user, joke, voteButtons(joke)[4] ?? '');
    }
    await player.until(player.ana, joke.id, (m) => text(m).includes('3 votos'));
    const ranking = await (await player.ask(player.luis, 'ranking', { periodo: 'week' })).answer(
      (m) => m.embeds.length > 0,
    );
    expect(ranking.embeds[0]?.description).toContain('🥇');
    expect(ranking.embeds[0]?.description).toContain('3 votos');

    const again = await (await player.ask(player.luis, 'chiste', { fuente: 'mejores' })).answer(isFinished);
    expect(again.content).toContain(es.joke.retold);
    expect(jokeOf(again)).toBe(jokeOf(joke));

    const statistics = await player.ask(player.luis, 'estadisticas');
    const drawn = await statistics.answer((m) => m.embeds.length > 0);
    expect(text(drawn)).toMatch(/chispa\.png/);
  });

  it('is shown what a change of settings does: one seed, before and after', async () => {
    const asked = await player.ask(
      player.moderator,
      'ajustar',
      { temperatura: 2 },
      { subcommand: 'decodificador' },
    );
    const preview = await asked.answer((m) => m.embeds[0]?.title === es.preview.title);
    expect(isEphemeral(preview)).toBe(true);
    const [before, after] = preview.embeds[0]?.fields ?? [];
    expect(before?.value).not.toBe(after?.value);
    const history = await player.ask(player.moderator, 'ajustar', {}, { subcommand: 'historial' });
    expect(text(await history.answer())).toContain('Temperatura: 0,8 → 2');
  });

  it.each([
    ['mezcla', { desactivar: true }, '50 % nuevos, el resto de la casa (de fábrica con este modelo)'],
    ['mezcla', { nuevos: 30 }, '**Mezcla:** 30 % nuevos, el resto de la casa'],
    ['modo-seguro', { activado: false }, 'no, en los canales con restricción de edad'],
    ['espera', { segundos: 30 }, '30 s'],
    ['aprender', { activado: false }, es.settings.guild.learns],
    ['voz', { activado: true }, `**${es.settings.guild.voice}:** sí`],
    ['aventura', { nivel: 'bold' }, es.settings.values.adventure.bold],
    ['aventura', { nivel: 'off' }, es.settings.values.adventure.off],
  ])('sets %s', async (subcommand, options, shown) => {
    const panel = await (await player.ask(player.moderator, 'ajustar', options, { subcommand })).answer();
    expect(text(panel)).toContain(shown);
  });

  it('pins a model version that autocomplete suggests, and goes back to the active one', async () => {
    const { choices } = await player.call<{ choices: { value: string }[] }>('/box/autocomplete', {
      guild: player.guild,
      channel: player.channel,
      user: player.moderator.id,
      name: 'ajustar',
      subcommand: 'modelo',
      options: { version: 'MINI' },
      focused: 'version',
    });
    expect(choices.map(({ value }) => value)).toEqual(['mini-es']);
    const set = async (options: object) =>
      text(
        await (
          await player.ask(player.moderator, 'ajustar', { ...options }, { subcommand: 'modelo' })
        ).answer(),
      );
    expect(await set({ version: 'mini-es' })).toContain('**Versión:** mini-es');
    const history = await player.ask(player.moderator, 'ajustar', {}, { subcommand: 'historial' });
    expect(text(await history.answer())).toContain('Versión: la activa → mini-es');
    expect(await set({ version: 'no-such' })).toContain(es.refusal.unknownModel);
    expect(await set({})).toContain(es.settings.nothingToChange);
    expect(await set({ version: 'mini-es', desactivar: true })).toContain(es.settings.offOrOn);
    expect(await set({ desactivar: true })).toContain('**Versión:** la activa');
  });

  it('plans a joke of the day, and hears what is wrong with a time or a zone', async () => {
    const plan = async (options: object) =>
      text(
        await (
          await player.ask(player.moderator, 'ajustar', { ...options }, { subcommand: 'diario' })
        ).answer(),
      );
    const canal = player.channel;
    expect(await plan({ hora: '9' })).toContain(es.settings.dailyNeedsChannel);
    const first = await plan({ canal, hora: '10' });
    expect(first).toContain('a las 10:00 (Europe/Madrid)');
    expect(first).toContain(es.settings.zoneAssumed('Europe/Madrid', 'zona'));
    const named = await plan({ canal, hora: '23:59', zona: 'America/Lima' });
    expect(named).toContain('a las 23:59 (America/Lima)');
    expect(named).not.toContain('He supuesto');
    expect(await plan({ hora: '9 pm' })).toContain(`en <#${canal}> a las 21:00 (America/Lima)`);
    expect(await plan({ zona: 'Europe/Madrid' })).toContain(`en <#${canal}> a las 21:00 (Europe/Madrid)`);
    expect(await plan({ canal, hora: '25:00' })).toContain('no es una hora');
    expect(await plan({ canal, zona: 'Marte/Olimpo' })).toContain('No conozco la zona horaria');
    expect(await plan({})).toContain(es.settings.nothingToChange);
    const duel = { canal, hora: '20:15' };
    const duelled = await player.ask(player.moderator, 'ajustar', duel, { subcommand: 'duelo' });
    expect(text(await duelled.answer())).toContain(`**Duelo del día:** en <#${canal}> a las 20:15`);
    const off = await plan({ desactivar: true });
    expect(off).toContain('**Chiste del día:** ninguno');
    expect(off).toContain(es.settings.saved);
    expect(off).not.toContain(es.settings.changed);
  });

  it('lets a role that a moderator named change the settings too', async () => {
    const { roles } = (
      await player.call<{ guilds: { roles: { id: string; name: string }[] }[] }>('/box/state')
    ).guilds[0] ?? { roles: [] };
    const role = roles.find(({ name }) => name !== '@everyone');
    const asLuis = async () => (await player.ask(player.luis, 'ajustar', {}, { subcommand: 'ver' })).answer();
    await (
      await player.ask(player.moderator, 'ajustar', { rol: roles[0]?.id }, { subcommand: 'rol' })
    ).answer();
    expect((await asLuis()).content).toBe(es.refusal.moderatorsOnly);
    await player.call('/box/world', {
      action: 'set-roles',
      guild: player.guild,
      user: player.luis.id,
      roles: [roles[0]?.id],
    });
    expect(role).toBeDefined();
    expect(text(await asLuis())).toContain(es.settings.title);
    await player.call('/box/world', {
      action: 'set-roles',
      guild: player.guild,
      user: player.luis.id,
      roles: [],
    });
    const off = { desactivar: true };
    await (await player.ask(player.moderator, 'ajustar', off, { subcommand: 'rol' })).answer();
  });

  it('waits its turn when a cooldown is set, and is told until when', async () => {
    await (
      await player.ask(player.moderator, 'ajustar', { segundos: 30 }, { subcommand: 'espera' })
    ).answer();
    await tell(player.moderator); // has not asked for one so far
    const refused = await (await player.ask(player.moderator, 'chiste', { fuente: 'nuevo' })).answer();
    expect(refused.content).toMatch(/podrás pedirme otro chiste <t:\d+:R>/);
    expect(isEphemeral(refused)).toBe(true);
    await (await player.ask(player.moderator, 'ajustar', { segundos: 0 }, { subcommand: 'espera' })).answer();
  });

  it('is refused crude themes and texts, and nothing is written down', async () => {
    const theme = await (
      await player.ask(player.ana, 'chiste', { tema: 'hijo de puta', fuente: 'nuevo' })
    ).answer();
    expect(theme.content).toBe(es.refusal.unsafeTheme);
    const prompt = await (
      await player.ask(player.ana, 'continuar', { texto: 'Eres un g1l1p0ll4s' })
    ).answer();
    expect(prompt.content).toBe(es.refusal.unsafeText);
    expect(isEphemeral(prompt)).toBe(true);
  });

  it('is never pinged, formatted or linked by what is typed', async () => {
    const hostile = fc.sample(
      fc.array(
        fc.constantFrom(
          '@everyone',
          '<@1>',
          '<@&2>',
          '**x**',
          '[a](http://b.es)',
          '`c`',
          '```\nd',
          'discord.gg/e',
          '\u202e',
          '\u200b',
          '||s||',
          '# t',
          '> q',
          '\n- l',
          '<:f:3>',
          '</g:4>',
          '\\',
          ' y ',
        ),
        { minLength: 3, maxLength: 10 },
      ),
      { numRuns: 12, seed: 7 },
    );
    for (const [index, parts] of hostile.entries()) {
      const user = index % 2 ? player.ana : player.luis;
      const asked = await player.ask(user, 'continuar', { texto: `${parts.join('')} hola` });
      const answer = await asked.answer(isFinished);
      expect(jokeOf(answer)).not.toMatch(/@everyone|<@|<:|<\/|:\/\/|discord\.gg|[\u202e]/);
      expect(jokeOf(answer)).not.toMatch(/(?<!\\)(`|\|\||\[a\])/);
      expect((answer as SeenMessage & { mentions: unknown[] }).mentions).toEqual([]);
    }
  });

  it('gets everything that is kept about somebody, and deletes it, with the votes that messages show', async () => {
    const voted = await tell(player.ana);
    await player.press(player.luis, voted, voteButtons(voted)[4] ?? '');
    await player.until(player.ana, voted.id, (m) => text(m).includes('1 voto'));
    const panel = await (await player.ask(player.luis, 'privacidad')).answer();
    const exported = await player.press(player.luis, panel, button(panel, buttons.export));
    const file = await exported.answer((m) => m.content === es.privacy.file);
    const [{ url }] = (file as SeenMessage & { attachments: [{ url: string }] }).attachments;
    const kept = (await (await fetch(url)).json()) as { requests: unknown[]; ratings: unknown[] };
    expect(kept.requests.length).toBeGreaterThan(0);
    expect(kept.ratings.length).toBeGreaterThan(0);

    const confirm = await (await player.press(player.luis, panel, button(panel, buttons.forget))).answer(
      (m) => m.id !== panel.id,
    );
    await player.press(player.luis, confirm, button(confirm, buttons.forgetForEver));
    await player.until(player.luis, confirm.id, (m) => m.content.startsWith('Hecho: he borrado'));
    await player.until(player.ana, voted.id, (m) => text(m).includes(es.joke.noVotes));
  });

  it('is greeted when the bot joins: what it does, what it keeps, and how moderators hear of reports', async () => {
    const { guild, moderator } = player;
    await player.call('/box/world', { action: 'remove-guild', guild });
    await player.call('/box/world', { action: 'add-guild', guild });
    const [greeting] = await player.eventually(async () => {
      const found = (await player.messages(moderator.id)).filter(
        (m) => m.embeds[0]?.title === es.welcome.title,
      );
      return found.length > 0 ? found : undefined;
    });
    for (const command of ['/chiste', '/ayuda', '/privacidad', '/ajustar registro'])
      expect(text(greeting as SeenMessage)).toContain(command);
  });

  it('is helped', async () => {
    const help = await (await player.ask(player.ana, 'ayuda')).answer();
    expect(text(help)).toContain('/chiste');
    expect(isEphemeral(help)).toBe(true);
  });

  it('was spoken to as Discord’s OpenAPI says', () => {
    const { exchanges, violations } = started.openApi();
    expect(exchanges).toBeGreaterThan(80);
    expect(violations).toEqual([]);
  });
});
