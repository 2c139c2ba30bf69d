import type { REST } from 'discord.js';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { houseJokesAbout } from '../../src/corpus/house-themes.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { jokes, requests } from '../../src/db/schema.ts';
import { es } from '../../src/discord/messages/index.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type ActiveModel, createActiveModel } from '../../src/generator/active-model.ts';
import { type Answering, createAnswering } from '../../src/generator/answer.ts';
import type { AnswerDependencies } from '../../src/generator/answer-dependencies.ts';
import { ChispaError } from '../../src/lib/errors.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { createSafety } from '../../src/safety/safety.ts';
import { freshDataDir, silent } from '../databases.ts';
import { insert, rowOf } from '../db/samples.ts';

interface Body {
  content?: string;
  embeds: { description?: string; footer?: { text: string } }[];
  components?: unknown[];
}

/** As Discord shows it: without Markdown escapes. */
const textOf = (body: Body | undefined) => body?.embeds[0]?.description?.replace(/\\(?=\W)/g, '');

describe('answering a job', () => {
  let store: Store;
  let engine: Engine;
  let activeModel: ActiveModel;
  let dependencies: () => AnswerDependencies;
  let answering: Answering;
  /** Edits as Discord shows them, and control over when it accepts them. */
  let shown: Body[];
  let taken: Promise<void>;
  const never = new AbortController().signal;
  const jobOf = (requestId: string) => ({ requestId, deadline: Date.now() + 60_000, attempt: 0 });

  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
    engine = await startEngine({ provider: 'cpu', threads: 1, slots: 2, precision: 'fp32', log: silent });
    activeModel = await createActiveModel({ store, engine, initialFolder: bundledModelPath, log: silent });
    const patch = async (_route: string, { body }: { body: Body }) => {
      await taken;
      shown.push(body);
      return { id: `${shown.length}` };
    };
    const rest = { patch } as unknown as REST; // the only method used here
    dependencies = () => ({
      ...{ db: store.db, clock: store.clock, engine, safety: createSafety(), rest, activeModel, log: silent },
    });
    answering = createAnswering(dependencies());
  });
  afterAll(async () => {
    await activeModel.close();
    await engine.close();
    await store.close();
  });
  beforeEach(async () => {
    shown = [];
    taken = Promise.resolve();
    await store.db.delete(jokes);
    await store.db.delete(requests);
  });

  it('lets no edit from a failed attempt overwrite the joke of the next one', async () => {
    const { id } = await insert(store.db);
    await store.db.execute(sql`create sequence attempts`); // a sequence keeps counting across rollbacks
    await store.db.execute(sql`create function refuse() returns trigger language plpgsql as
      $$ begin perform nextval('attempts'); raise exception 'no room'; end $$`);
    await store.db.execute(
      sql`create trigger refuse before insert on jokes for each row execute function refuse()`,
    );
    let take = () => {};
    taken = new Promise((resolve) => {
      take = resolve;
    });
    let settled = false;
    const first = answering.answer(jobOf(id), never).finally(() => {
      settled = true;
    });
    first.catch(() => {}); // checked below
    // The text is complete but could not be stored, and an edit is in flight.
    const wasRefused = async () =>
      (await store.db.select({ is: sql<boolean>`is_called` }).from(sql`attempts`))[0]?.is;
    await expect.poll(wasRefused, { timeout: 20_000 }).toBe(true);
    await rowOf(store.db, id);
    expect(settled).toBe(false);
    take();
    await expect(first).rejects.toThrow(/jokes/);
    const before = shown.length;
    expect(before).toBe(1);

    await store.db.execute(sql`drop trigger refuse on jokes`);
    await answering.answer(jobOf(id), never);
    expect(shown.at(-1)?.components).toHaveLength(2);
    expect(await rowOf(store.db, id)).toMatchObject({ status: 'done' });
  });

  it('replaces the waiting notice with the first words of the joke', async () => {
    await answering.answer(jobOf((await insert(store.db)).id), never);
    expect(shown.length).toBeGreaterThan(1);
    for (const { content } of shown) expect(content).toBe('');
  });

  describe('that the model does not answer', () => {
    const fails = (id: string) => answering.giveUp(jobOf(id), new ChispaError('engine-died', 'no model'));
    const housed = {
      content: es.joke.instead,
      embeds: [{ footer: { text: expect.stringMatching(/^Chiste de la casa · (casa|chispa)-\d+$/) } }],
    };

    it.each([
      ['comes too late', 'expired', (id: string) => answering.expire(jobOf(id))],
      ['fails for the last time', 'failed', fails],
    ])('tells a house joke instead when it %s, once', async (_, status, end) => {
      const { id } = await insert(store.db);
      await end(id);
      await end(id);
      expect(shown).toMatchObject([housed]);
      expect(await rowOf(store.db, id)).toMatchObject({ status, interactionToken: null });
    });

    it('does not wait for a model that cannot be loaded', async () => {
      const get = () => Promise.reject(new ChispaError('model-missing', 'gone'));
      const broken = createAnswering({ ...dependencies(), activeModel: { ...activeModel, get } });
      await broken.answer(jobOf((await insert(store.db)).id), never);
      expect(shown).toMatchObject([housed]);
      const newOnly = await insert(store.db, { ask: { kind: 'joke', newOnly: true } });
      await expect(broken.answer(jobOf(newOnly.id), never)).rejects.toThrow('gone'); // and is retried
    });

    it('tells one about the theme, or says that it is about something else', async () => {
      const about = async (text: string) =>
        fails((await insert(store.db, { ask: { kind: 'joke', theme: { text, origin: 'user' } } })).id);
      await about('gatos');
      expect(houseJokesAbout('gato').map(({ text }) => text)).toContain(textOf(shown[0]));
      await about('xilofonistas');
      expect(shown[1]?.content).toBe(es.joke.houseLacks('xilofonistas'));
      expect(houseJokesAbout().map(({ text }) => text)).toContain(textOf(shown[1]));
    });

    it.each([
      ['for which the house will not do', { kind: 'joke', newOnly: true }],
      ['to go on from a text', { kind: 'continue', from: { text: 'Van dos' } }],
    ] as const)('says so where somebody asked for one %s', async (_, ask) => {
      const { id } = await insert(store.db, { ask });
      await fails(id);
      const code = (await rowOf(store.db, id)).note?.slice(0, 6) ?? '';
      expect(shown).toMatchObject([{ content: es.failure.generation(code) }]);
      const late = await insert(store.db, { ask });
      await answering.expire(jobOf(late.id));
      expect(shown[1]).toMatchObject({ content: es.failure.expired });
    });
  });
});
