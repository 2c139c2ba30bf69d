import type { REST } from 'discord.js';
import { desc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { houseJokesAbout } from '../../src/corpus/house-themes.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { toldLast } from '../../src/db/jokes.ts';
import { duels, jokes, requests } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { es } from '../../src/discord/messages/index.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type ActiveModel, createActiveModel } from '../../src/generator/active-model.ts';
import { type Answering, createAnswering } from '../../src/generator/answer.ts';
import type { AnswerDependencies } from '../../src/generator/answer-dependencies.ts';
import { createBestOf } from '../../src/generator/best-of.ts';
import type { Judging } from '../../src/generator/judging.ts';
import { createSpareSlots } from '../../src/generator/spare-slots.ts';
import { ChispaError } from '../../src/lib/errors.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { createSafety } from '../../src/safety/safety.ts';
import { freshDataDir, silent } from '../databases.ts';
import { GUILD, insert, type RequestChanges, rowOf } from '../db/samples.ts';

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
  /** A judge that likes what is long, once it has learned anything. */
  let learnedFrom = 0;
  const judging = {
    learnedFrom: () => learnedFrom,
    judge(_, { jokes }) {
      const predictions = jokes.map(({ text }) => ({ mean: text.length, deviation: 0.5 }));
      const means = predictions.map(({ mean }) => mean);
      return { predictions, learnedFrom, chosen: means.indexOf(Math.max(...means)) };
    },
  } as Partial<Judging> as Judging;
  const jobOf = (requestId: string, isHeld = () => true, attempt = 0) => ({
    requestId,
    deadline: Date.now() + 60_000,
    attempt,
    isHeld,
  });

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
    dependencies = () => {
      const [safety, spare] = [createSafety(), createSpareSlots(2)];
      return {
        ...{
          db: store.db,
          clock: store.clock,
          engine,
          safety,
          rest,
          activeModel,
          judging,
          spare,
          log: silent,
        },
        best: createBestOf({
          ...{ engine, safety, clock: store.clock, judging, spare, bestOf: 8, wait: 600_000 },
          toldLast: (by, count) => toldLast(store.db, by, count),
        }),
      };
    };
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
    learnedFrom = 0;
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

  it('shows a joke that an attempt before has stored, and lets nothing grow over it', async () => {
    const { id } = await insert(store.db);
    const { interactionToken } = await rowOf(store.db, id);
    await answering.answer(jobOf(id), never);
    const joke = shown.at(-1);
    shown = [];
    // As a kill between showing the joke and closing the request leaves it.
    await store.db.update(requests).set({ status: 'running', interactionToken }).where(eq(requests.id, id));
    await answering.answer(
      jobOf(id, () => true, 1),
      never,
    );
    expect(shown).toEqual([joke]);
    expect(await rowOf(store.db, id)).toMatchObject({ status: 'done' });
  });

  it('writes nothing any more once the job has gone to another generator', async () => {
    const { id } = await insert(store.db);
    let held = true;
    let take = () => {};
    taken = new Promise((resolve) => {
      take = resolve;
    });
    const attempt = answering.answer(
      jobOf(id, () => held),
      never,
    );
    attempt.catch(() => {}); // checked below
    await expect.poll(() => store.db.$count(jokes), { timeout: 20_000 }).toBe(1);
    held = false; // one edit is on its way: the joke's own would be next
    take();
    await expect(attempt).rejects.toThrow('gone to another generator');
    expect(shown.length).toBeLessThanOrEqual(1);
    for (const { components } of shown) expect(components ?? []).toEqual([]);
    expect(await rowOf(store.db, id)).toMatchObject({ status: 'running' });
  });

  it('replaces the waiting notice with the first words of the joke', async () => {
    await answering.answer(jobOf((await insert(store.db)).id), never);
    expect(shown.length).toBeGreaterThan(1);
    for (const { content } of shown) expect(content).toBe('');
  });

  it('tells the best of several, which its seed alone tells again', async () => {
    const told = async (changes: RequestChanges) => {
      shown = [];
      await answering.answer(jobOf((await insert(store.db, changes)).id), never);
      const [row] = await store.db.select().from(jokes).orderBy(desc(jokes.createdAt)).limit(1);
      return row ?? expect.fail();
    };
    await told({ seed: 21 }); // so that it is known how fast it is
    learnedFrom = 10;
    const best = await told({ seed: 22 });
    expect(shown.map(({ content }) => content)).toContain(es.joke.thinking);
    expect(shown).toHaveLength(2); // nothing grows before everybody's eyes
    const considered = best.considered ?? [];
    expect(considered).toHaveLength(2);
    expect(considered).toContainEqual({ text: best.text, seed: best.seed, predicted: best.predicted });
    expect(best.text.length).toBe(Math.max(...considered.map(({ text }) => text.length)));
    expect(textOf(shown.at(-1))).toContain(best.text.slice(0, 20));

    const exact = await told({ seed: best.seed, exactSeed: true });
    expect(exact).toMatchObject({ text: best.text, considered: null, predicted: null });
    await changeSettings(store.db, GUILD, 'mod', { adventure: 'off' });
    expect(await told({ seed: best.seed })).toMatchObject({ text: best.text, considered: null });
    await changeSettings(store.db, GUILD, 'mod', { adventure: 'balanced' });
  });

  it('sets a new joke against a good one, with what the judge thinks of them', async () => {
    learnedFrom = 10;
    const { id } = await insert(store.db, { ask: { kind: 'duel' } });
    await answering.answer(jobOf(id), never);
    expect(shown).toHaveLength(1);
    expect(shown[0]?.content).toContain(es.duel.title);
    const [duel] = await store.db.select().from(duels);
    const told = new Map((await store.db.select().from(jokes)).map((joke) => [joke.id, joke.text.length]));
    const longer = (told.get(duel?.jokeA ?? '') ?? 0) - (told.get(duel?.jokeB ?? '') ?? 0);
    expect(Math.sign((duel?.guess ?? Number.NaN) - 0.5)).toBe(Math.sign(longer));
    expect(await rowOf(store.db, id)).toMatchObject({ status: 'done' });
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
