import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { jokeMessages, jokes, requests } from '../../src/db/schema.ts';
import { es } from '../../src/discord/messages/index.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { submitDailyJoke } from '../../src/queue/submit.ts';
import { silent, skipPostgres } from '../databases.ts';
import { isEphemeral, isFinished, jokeOf, type Player, type SeenMessage, voteButtons } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000 });

/** On PostgreSQL, so that the test can read the program's rows. */
describe.skipIf(skipPostgres)('when Discord fails', () => {
  let started: Started;
  let player: Player;
  let store: Store;
  const fault = (body: Record<string, unknown>) => player.call('/box/faults', body);
  const world = (body: Record<string, unknown>) => player.call('/box/world', body);
  const tell = async (user = player.ana) =>
    (await player.ask(user, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
  /** Checks that the bot is alive and answers somebody else. */
  const stillAnswers = async () => expect(isFinished(await tell(player.luis))).toBe(true);
  const rows = () => store.db.select({ status: requests.status, note: requests.note }).from(requests);

  beforeAll(async () => {
    started = await startForTest({ onServer: true });
    player = started.player;
    store = await connect({ databaseUrl: started.databaseUrl, dataDir: started.dataDir, log: silent });
  });
  afterAll(async () => {
    await store?.close();
    await started?.close();
  });
  afterEach(() => fetch(`${started.box.url}/box/faults`, { method: 'DELETE' }));

  it('delivers a joke whose edits fail for a while', async () => {
    await fault({ kind: 'server-error', route: 'PATCH /webhooks/*', count: 6 });
    const joke = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(
      isFinished,
      60_000,
    );
    expect(jokeOf(joke).length).toBeGreaterThan(3);
  });

  it('delivers it below the answer when the answer itself cannot be edited', async () => {
    await fault({ kind: 'server-error', route: 'PATCH /webhooks/*', count: 1000 });
    const { interaction } = await player.ask(player.ana, 'chiste', { fuente: 'nuevo' });
    const joke = await player.eventually(async () => {
      const all = await player.messages(player.ana.id);
      return all.find((m) => m.interaction === interaction && isFinished(m));
    });
    expect(jokeOf(joke).length).toBeGreaterThan(3);
  });

  it('counts as acknowledged what Discord has taken, although its answer was lost', async () => {
    await fault({ kind: 'cut-socket', after: true, route: 'POST /interactions/*', count: 1 });
    await tell();
  });

  it('refuses a second process with the same token and database, and goes on', async () => {
    const second = startForTest({
      box: started.box,
      roles: ['bot'],
      config: { databaseUrl: started.databaseUrl, voterSecret: 'a secret for the tests' },
    });
    await expect(second).rejects.toMatchObject({ code: 'token-in-use' });
    await stillAnswers();
  });

  it('goes on after a cut socket and a rate limit', async () => {
    await fault({ kind: 'cut-socket', route: 'PATCH /webhooks/*', count: 1 });
    await fault({ kind: 'rate-limit', route: 'PATCH /webhooks/*', count: 1, ms: 500 });
    await tell();
  });

  it.each([
    ['an unknown interaction (10062)', { kind: 'discord-error', code: 10062, route: 'POST /interactions/*' }],
    ['a missing permission (50013)', { kind: 'discord-error', code: 50013, route: 'POST /interactions/*' }],
    ['a deleted message (10008)', { kind: 'discord-error', code: 10008, route: 'PATCH /webhooks/*' }],
    ['an expired token (50027)', { kind: 'discord-error', code: 50027, route: 'PATCH /webhooks/*' }],
  ])('lives through %s', async (_, body) => {
    await fault({ ...body, count: 1 });
    await player.ask(player.ana, 'chiste', { fuente: 'nuevo' });
    await player.eventually(async () => {
      const { faults } = await player.call<{ faults: unknown[] }>('/box/faults');
      return faults.length === 0 || undefined;
    });
    await stillAnswers();
  });

  it('closes a request whose answer was deleted, and keeps its joke', async () => {
    const before = await store.db.$count(jokes);
    const asked = await player.ask(player.ana, 'chiste', { fuente: 'nuevo' });
    const [answer] = (await player.messages(player.ana.id)).filter(
      (m) => m.interaction === asked.interaction,
    );
    if (answer) await world({ action: 'delete-message', message: answer.id });
    await player.eventually(async () => (await store.db.$count(jokes)) > before || undefined);
    await player.eventually(
      async () => (await rows()).every(({ status }) => status !== 'running') || undefined,
    );
    await stillAnswers();
  });

  it('says so when the server’s AutoMod blocks a joke, which is not done then', async () => {
    await fault({ kind: 'automod', contains: es.buttons.think, count: 1 }); // only in a finished joke
    const asked = await player.ask(player.ana, 'chiste', { fuente: 'nuevo' });
    const answer = await asked.answer((m) => m.content === es.failure.blocked);
    expect(answer.embeds).toEqual([]);
    expect((await rows()).filter(({ note }) => note === 'not shown (blocked): 200000')).toEqual([
      expect.objectContaining({ status: 'failed' }),
    ]);
    await stillAnswers();
  });

  it.each([
    ['nuevo', es.buttons.think],
    ['casa', es.joke.house],
  ])(
    'says it in private when AutoMod blocks that too (%s), and the joke is not told',
    async (source, blocked) => {
      await fault({ kind: 'automod', contains: blocked, count: 1 });
      // The bot tells of a house joke in private at once, a generator tries in public first.
      if (source === 'nuevo') await fault({ kind: 'automod', contains: es.failure.blocked, count: 1 });
      const asked = await player.ask(player.ana, 'chiste', { fuente: source });
      const answer = await asked.answer((m) => m.content === es.failure.blocked);
      expect(isEphemeral(answer)).toBe(true);
      const left = (await player.messages(player.ana.id)).filter((m) => m.interaction === asked.interaction);
      expect(left.map(({ id }) => id)).toEqual([answer.id]);
      // By its interaction: the message of a joke that was told before may be recorded only now.
      const own = await store.db
        .select({ status: requests.status, message: jokeMessages.messageId })
        .from(requests)
        .leftJoin(jokeMessages, eq(jokeMessages.requestId, requests.id))
        .where(eq(requests.interactionId, asked.interaction));
      expect(own).toEqual([{ status: 'failed', message: null }]);
    },
  );

  it('says in private when AutoMod blocks what a command answers', async () => {
    await fault({ kind: 'automod', contains: es.statistics.title, count: 1 });
    const answer = await (await player.ask(player.ana, 'estadisticas')).answer();
    expect(answer.content).toBe(es.failure.blocked);
    expect(isEphemeral(answer)).toBe(true);
  });

  it('loses no vote when the message cannot be edited', async () => {
    const joke = await tell();
    await fault({ kind: 'discord-error', code: 10008, route: 'PATCH /webhooks/*', count: 1 });
    await player.press(player.luis, joke, voteButtons(joke)[3] ?? '');
    await player.eventually(async () => {
      const { faults } = await player.call<{ faults: unknown[] }>('/box/faults');
      return faults.length === 0 || undefined;
    });
    await player.press(player.moderator, joke, voteButtons(joke)[3] ?? '');
    await player.until(player.ana, joke.id, (m: SeenMessage) => JSON.stringify(m.embeds).includes('2 votos'));
  });

  it('comes back after a lost, a closed and an invalidated connection', async () => {
    for (const body of [{ kind: 'drop-gateway' }, { kind: 'reconnect' }, { kind: 'invalid-session' }]) {
      await fault(body);
      await player.eventually(async () => {
        const asked = await player.ask(player.luis, 'ayuda').catch(() => undefined);
        return asked?.answer((m) => m.embeds.length > 0, 5000).catch(() => undefined);
      });
    }
  });

  it.each([
    ['whole', '2026-11-23', 1],
    ['as plain text where Discord refuses an embed', '2026-11-24', 0],
  ])('posts the joke of the day in its channel, without anybody having asked: %s', async (_, day, embeds) => {
    if (embeds === 0)
      await fault({ kind: 'discord-error', code: 50035, route: 'POST /channels/*', count: 1 });
    const queue = await createQueue({ store, log: silent });
    const channelId = (await player.world()).guilds[0]?.channels[1]?.id ?? '';
    const request = {
      ask: { kind: 'joke' as const },
      by: { kind: 'day' as const, guildId: player.guild },
      channelId,
      safeMode: true,
      locale: 'es-ES',
      settings: BOT_DEFAULTS,
      seed: 5,
      deadline: new Date(Date.now() + 600_000),
    };
    const submit = () => submitDailyJoke({ store, queue }, { day, request });
    expect(await submit()).toBeDefined();
    expect(await submit()).toBeUndefined();
    await queue.close();
    const posted = await player.inChannel(
      channelId,
      player.ana,
      (m) => m.content.includes(es.daily.title) && m.embeds.length === embeds,
    );
    expect(voteButtons(posted)).toHaveLength(5);
    expect(posted.interaction).toBeNull();
  });

  it('answers in direct messages with the default settings', async () => {
    const { dms } = await player.call<{ dms: { id: string; user: string }[] }>('/box/state');
    const dm = dms.find(({ user }) => user === player.ana.id);
    const { interaction } = await player.call<{ interaction: string }>('/box/commands', {
      guild: null,
      channel: dm?.id,
      user: player.ana.id,
      name: 'chiste',
      options: { fuente: 'nuevo' },
    });
    const joke = await player.inChannel(
      dm?.id ?? '',
      player.ana,
      (m) => m.interaction === interaction && isFinished(m),
    );
    expect(jokeOf(joke).length).toBeGreaterThan(3);
  });

  it('survives a deleted channel, a banned member and a lost guild', async () => {
    const other = (await player.world()).guilds[0]?.channels.find(({ name }) => name === 'pruebas');
    const moderate = (options: Record<string, unknown>, subcommand: string) =>
      player.ask(player.moderator, 'ajustar', options, { subcommand }).then((asked) => asked.answer());
    await moderate({ canal: other?.id }, 'registro');
    await world({ action: 'delete-channel', channel: other?.id });
    const joke = await tell();
    const report = joke.components
      .flatMap((row) => row.components)
      .find(({ label }) => label === es.buttons.report);
    const opened = await player.press(player.luis, joke, report?.custom_id ?? '');
    await player.modal(player.luis, opened.interaction, { reason: '' });
    await player.eventually(async () =>
      (await player.messages(player.luis.id)).find(({ content }) => content === es.report.thanksUnheard),
    );

    const asked = await player.ask(player.ana, 'chiste', { fuente: 'nuevo' });
    await world({ action: 'ban', guild: player.guild, user: player.ana.id });
    await stillAnswers();
    expect(asked.interaction).toBeTruthy();
    await world({ action: 'unban', guild: player.guild, user: player.ana.id });
    await player.ask(player.luis, 'chiste', { fuente: 'nuevo' });
    await world({ action: 'remove-guild', guild: player.guild });
    await player.eventually(
      async () =>
        (await rows()).every(({ status }) => status !== 'queued' && status !== 'running') || undefined,
    );
  });
});
