import type { REST } from 'discord.js';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSettingsCache } from '../../src/bot/guild-settings.ts';
import { createHousekeeping } from '../../src/bot/housekeeping.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { addDuelMessage, voteInDuel } from '../../src/db/duels.ts';
import { generatorHasStopped, generatorIsAlive } from '../../src/db/generators.ts';
import { storeJoke } from '../../src/db/jokes.ts';
import { openDuel } from '../../src/db/open-duel.ts';
import type { RequestOf } from '../../src/db/request-shape.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { duels, generators, guildSettings, jokeMessages, jokes, requests } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { es } from '../../src/discord/messages/index.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aModel, insert, newJoke, rowOf } from '../db/samples.ts';

const GENERATOR = '11111111-1111-4111-8111-111111111111';

interface Sent {
  route: string;
  content: string;
  footer: string | undefined;
}

describe('housekeeping', () => {
  let store: Store;
  let queue: Queue;
  let sent: Sent[];
  /** How many messages Discord will not take. */
  let failing = 0;
  const send = async (route: string, { body }: { body: { content: string; embeds: unknown[] } }) => {
    if (failing-- > 0) throw new Error('Discord is away');
    const [embed] = body.embeds as { footer?: { text: string } }[];
    sent.push({
      route,
      content: body.content,
      footer: embed?.footer?.text.replace(/ · (casa|chispa)-\d+$/, ''),
    });
    return { id: `${Date.now()}-${sent.length}` };
  };
  const rest = { patch: send, post: send } as unknown as REST; // all that is used here

  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
    queue = await createQueue({ store, log: silent });
    await aModel(store.db);
  });
  afterAll(async () => {
    await queue.close();
    await store.close();
  });
  beforeEach(async () => {
    sent = [];
    failing = 0;
    for (const table of [duels, jokeMessages, jokes, requests, generators, guildSettings])
      await store.db.delete(table);
  });

  const keeper = async (now: () => Date, counted: number[] = []) => {
    const settings = await createSettingsCache({ store, log: silent });
    const onJokesToday = (jokes: number) => counted.push(jokes);
    return {
      settings,
      ...createHousekeeping({ store, queue, settings, rest, onJokesToday, log: silent, now }),
    };
  };

  describe('of the joke of the day', () => {
    const daily = { channelId: '77', time: '09:30', timeZone: 'America/Bogota' };

    it('asks for a new one once a local day, whatever number of processes do it', async () => {
      await generatorIsAlive(store.db, GENERATOR);
      await changeSettings(store.db, '10', '1', { daily, newShare: 100, decoder: { temperature: 1.3 } });
      let now = new Date('2026-11-23T14:29:00Z'); // 09:29 in Bogotá
      const counted: number[] = [];
      const keepers = await Promise.all([1, 2, 3].map(() => keeper(() => now, counted)));
      const everybody = () => Promise.all(keepers.map(({ tick }) => tick()));
      const asked = () => store.db.select().from(requests);

      await everybody();
      expect(await asked()).toEqual([]);
      now = new Date('2026-11-23T14:30:00Z');
      await everybody();
      await everybody();
      expect(await asked()).toMatchObject([
        { kind: 'joke', channelId: '77', guildId: '10', userId: null, settings: { temperature: 1.3 } },
      ]);
      expect(sent).toEqual([]); // that is the generator's work
      now = new Date('2026-11-24T14:30:00Z');
      await everybody();
      expect(await asked()).toHaveLength(2);
      // Nobody took up the first one in its hour.
      expect(sent).toMatchObject([{ route: '/channels/77/messages', footer: es.joke.house }]);
      expect(counted).toHaveLength(4 * keepers.length);
      for (const { settings } of keepers) await settings.close();
    });

    it.each([
      ['as the mix has it', true, 0],
      ['while no generator is at work', false, 100],
    ])('posts a house joke %s, once', async (_, alive, newShare) => {
      if (alive) await generatorIsAlive(store.db, GENERATOR);
      await changeSettings(store.db, '10', '1', { daily, newShare });
      const day = alive ? '2026-12-01' : '2026-12-02';
      const keepers = await Promise.all([1, 2].map(() => keeper(() => new Date(`${day}T14:30:00Z`))));
      for (let round = 0; round < 2; round++) await Promise.all(keepers.map(({ tick }) => tick()));
      expect(sent).toEqual([
        { route: '/channels/77/messages', content: es.daily.title, footer: es.joke.house },
      ]);
      expect(await store.db.select().from(requests)).toMatchObject([{ guildId: '10', status: 'done' }]);
      expect(await store.db.$count(jokeMessages)).toBe(1);
      for (const { settings } of keepers) await settings.close();
    });
  });

  it('asks for the duel of the day while a generator is at work, once', async () => {
    const duel = { channelId: '77', time: '09:30', timeZone: 'America/Bogota' };
    await changeSettings(store.db, '11', '1', { duel });
    const keepers = await Promise.all([1, 2].map(() => keeper(() => new Date('2026-12-03T14:30:00Z'))));
    const everybody = () => Promise.all(keepers.map(({ tick }) => tick()));
    const asked = async () =>
      (await store.db.select().from(requests)).filter(({ guildId }) => guildId === '11');
    await everybody();
    expect(await asked()).toEqual([]);
    await generatorIsAlive(store.db, GENERATOR);
    await everybody();
    await everybody();
    expect(await asked()).toMatchObject([{ kind: 'duel', channelId: '77', userId: null, status: 'queued' }]);
    for (const { settings } of keepers) await settings.close();
  });

  it('closes a duel when its time is up, and says once how it ended, also after a restart', async () => {
    const { id: modelVersionId } = await aModel(store.db);
    const request = (await insert(store.db, { ask: { kind: 'duel' } })) as RequestOf<'duel'>;
    const joke = await storeJoke(store.db, newJoke(request.id, modelVersionId));
    const house = [{ id: 'casa-0001', text: 'Uno de la casa.' }];
    const duel = await openDuel(store.db, request, { joke, house, fits: () => true });
    if (!duel) throw new Error('there is nothing to set against the joke');
    await finishRequest(store.db, request.id, { status: 'done' });
    const message = { channelId: '77', messageId: '88' };
    await addDuelMessage(store.db, duel.id, message);
    const ballot = { duelId: duel.id, choice: 'a' as const, guildId: duel.guildId, messageId: '88' };
    await voteInDuel(store.db, { ...ballot, voter: 'ana' });

    let now = new Date();
    let keepers = await Promise.all([1, 2].map(() => keeper(() => now)));
    const everybody = () => Promise.all(keepers.map(({ tick }) => tick()));
    await everybody();
    expect(sent).toEqual([]);
    for (const { settings } of keepers) await settings.close();
    keepers = await Promise.all([1, 2].map(() => keeper(() => now)));
    now = new Date(now.getTime() + 61 * 60_000);
    failing = Number.POSITIVE_INFINITY; // Discord is away just then
    await everybody();
    expect(sent).toEqual([]);
    failing = 0;
    await keepers[0]?.tick();
    await everybody();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ route: '/channels/77/messages/88' });
    expect(sent[0]?.content).toContain(es.duel.result({ a: 1, b: 0, tie: 0 }));
    for (const { settings } of keepers) await settings.close();
  });

  it('answers with a house joke who waits while no generator is at work, and nobody while there is one', async () => {
    const waits = await insert(store.db);
    const newOnly = await insert(store.db, { ask: { kind: 'joke', newOnly: true } });
    const going = await insert(store.db, { ask: { kind: 'continue', from: { text: 'Van dos' } } });
    await store.db.update(requests).set({ createdAt: sql`now() - interval '20 seconds'` });
    const { tick, settings } = await keeper(() => new Date());
    await generatorIsAlive(store.db, GENERATOR);
    await tick();
    expect(sent).toEqual([]);
    await generatorHasStopped(store.db, GENERATOR);
    await tick();
    await tick();
    expect(sent).toMatchObject([{ content: es.joke.instead, footer: es.joke.house }]);
    expect(await rowOf(store.db, waits.id)).toMatchObject({ status: 'failed', interactionToken: null });
    for (const { id } of [newOnly, going])
      expect(await rowOf(store.db, id)).toMatchObject({ status: 'queued' });
    await settings.close();
  });

  it('presumes a generator dead that gave no sign of life for half a minute', async () => {
    await insert(store.db);
    await store.db.update(requests).set({ createdAt: sql`now() - interval '20 seconds'` });
    await generatorIsAlive(store.db, GENERATOR);
    const { tick, settings } = await keeper(() => new Date());
    await store.db.update(generators).set({ aliveAt: sql`now() - interval '25 seconds'` });
    await tick();
    expect(sent).toEqual([]);
    await store.db.update(generators).set({ aliveAt: sql`now() - interval '31 seconds'` });
    await tick();
    expect(sent).toHaveLength(1);
    await settings.close();
  });
});
