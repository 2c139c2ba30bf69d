import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { deleteJoke, findJoke, type RepertoireJoke } from '../../src/db/jokes.ts';
import { ranking } from '../../src/db/ranking.ts';
import { rate, tallyOf } from '../../src/db/ratings.ts';
import { drawHouseJoke, type HouseText } from '../../src/db/repertoire.ts';
import { hideJoke } from '../../src/db/reports.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { jokes } from '../../src/db/schema.ts';
import { statistics, together } from '../../src/db/statistics.ts';
import { addJokeMessage } from '../../src/db/tellings.ts';
import { trainableJokes, versionRatings } from '../../src/db/trainable.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke, GUILD, insert, minutes, type RequestChanges, rowOf } from './samples.ts';

const HOUSE: HouseText[] = ['uno', 'dos', 'tres'].map((text, i) => ({ id: `casa-000${i}`, text }));

describe('the repertoire', () => {
  onEachBackend((backend) => {
    const db = (): Database => backend().store.db;

    const draw = async (changes: RequestChanges = {}, house = HOUSE) => {
      const request = await insert(db(), changes);
      const joke = await db().transaction((tx) => drawHouseJoke(tx, request, house));
      return { request, joke };
    };
    let messages = 0;
    /** Draws a joke and shows it. */
    async function tell(changes: RequestChanges = {}, house = HOUSE): Promise<RepertoireJoke | undefined> {
      const { request, joke } = await draw(changes, house);
      const shown = { messageId: `${messages++}`, channelId: '200', askedBy: null, requestId: request.id };
      if (joke) await addJokeMessage(db(), { ...shown, jokeId: joke.id });
      await finishRequest(db(), request.id, { status: 'done' });
      return joke;
    }
    const minutesLater = (minutes: number) =>
      db()
        .update(jokes)
        .set({ createdAt: sql`${jokes.createdAt} - make_interval(mins => ${minutes})` });
    const texts = async (times: number, changes: RequestChanges = {}) => {
      const told: string[] = [];
      for (let i = 0; i < times; i++) told.push((await tell(changes))?.text ?? '');
      return told;
    };

    it('has jokes that no model generated, one for each request', async () => {
      const { request, joke } = await draw({ seed: 0 });
      expect(joke).toMatchObject({ origin: 'house', houseId: 'casa-0000', text: 'uno', askedBy: ASKER });
      expect(await findJoke(db(), joke?.id ?? '')).toEqual(joke);
      expect(await rowOf(db(), request.id)).toMatchObject({ status: 'queued' }); // until it is shown
      expect(await db().transaction((tx) => drawHouseJoke(tx, request, HOUSE))).toEqual(joke);
    });

    it('counts a joke as told only when it was shown, or is about to be', async () => {
      const one = HOUSE.slice(0, 1);
      const { joke } = await draw({}, one);
      expect((await draw()).joke?.text).not.toBe('uno');
      await minutesLater(2);
      const again = await tell({ seed: 0, userId: '301' }, HOUSE);
      expect(again).toMatchObject({ id: joke?.id, text: 'uno', askedBy: '301' });
      await minutesLater(2);
      expect((await tell({ seed: 0 }))?.text).toBe('dos');
    });

    it('is not drawn from for a request that the model has a joke for', async () => {
      const request = await insert(db());
      const { id } = await aJoke(db());
      await db().update(jokes).set({ requestId: request.id }).where(eq(jokes.id, id));
      expect(await db().transaction((tx) => drawHouseJoke(tx, request, HOUSE))).toBeUndefined();
    });

    it('is drawn from with the request’s seed', async () => {
      expect((await tell({ seed: 0xffff_ffff }))?.text).toBe('tres');
      expect((await tell({ seed: 0x8000_0000, guildId: '7' }))?.text).toBe('dos');
    });

    it('is told completely before any joke repeats, then from the one told longest ago, with its votes', async () => {
      const first = await tell();
      await rate(db(), { jokeId: first?.id ?? '', voter: 'luis', score: 5 });
      const others = await texts(2);
      expect(new Set([first?.text, ...others]).size).toBe(3);
      await db()
        .update(jokes)
        .set({ createdAt: new Date(Date.now() - minutes(5)) })
        .where(eq(jokes.id, first?.id ?? ''));
      const again = await tell({ userId: '301' });
      expect(again).toMatchObject({ id: first?.id, askedBy: '301' });
      expect((await tallyOf(db(), again?.id ?? '')).votes).toBe(1);
      expect((await tell())?.id).not.toBe(first?.id);
      expect(await db().$count(jokes)).toBe(3);
    });

    it('repeats a joke about a theme only when all jokes about that theme have been told', async () => {
      await texts(1, { seed: 0 });
      expect((await tell({}, HOUSE.slice(0, 2)))?.text).toBe('dos');
      expect((await tell({}, HOUSE.slice(0, 1)))?.text).toBe('uno');
    });

    it('is separate for every guild, and for every person in direct messages', async () => {
      for (const where of [
        { guildId: '7' },
        { guildId: '8' },
        { guildId: null },
        { guildId: null, userId: '301' },
      ]) {
        expect(new Set(await texts(3, where)).size).toBe(3);
      }
    });

    it('gives different jokes to two people who ask at once', async () => {
      const told = await Promise.all([tell({ seed: 0 }), tell({ seed: 0 }), tell({ seed: 0 })]);
      expect(new Set(told.map((joke) => joke?.text)).size).toBe(3);
    });

    it('never repeats a hidden or deleted joke', async () => {
      const [one, two] = [await tell({}, HOUSE.slice(0, 2)), await tell({}, HOUSE.slice(0, 2))];
      await hideJoke(db(), one?.id ?? '');
      expect((await tell({}, HOUSE.slice(0, 2)))?.id).toBe(two?.id);
      await deleteJoke(db(), two?.id ?? '');
      expect((await draw({}, HOUSE.slice(0, 2))).joke).toBeUndefined();
    });

    it('keeps nothing that a person typed', async () => {
      const told = await tell({ ask: { kind: 'joke', theme: { text: 'mi tía Paqui', origin: 'user' } } });
      expect(told).toMatchObject({ userText: false, prompt: { kind: 'joke', theme: null } });
      expect(JSON.stringify(await db().select().from(jokes))).not.toContain('Paqui');
    });

    it('counts in what a guild heard and learns from, but never in a model’s figures', async () => {
      const generated = await aJoke(db());
      await rate(db(), { jokeId: generated.id, voter: 'luis', score: 1 });
      const told = await tell();
      await rate(db(), { jokeId: told?.id ?? '', voter: 'luis', score: 5 });
      expect((await ranking(db(), GUILD, 'ever')).map(({ joke }) => joke.id)).toEqual([
        told?.id,
        generated.id,
      ]);
      expect((await trainableJokes(db())).map(({ id }) => id)).toEqual([generated.id, told?.id]);
      await draw(); // never shown
      const figures = await statistics(db(), GUILD);
      const counts = { generated: { jokes: 1, votes: 1, mean: 1 }, house: { jokes: 1, votes: 1, mean: 5 } };
      expect(figures).toMatchObject({ ...counts, weeks: [counts], models: [counts.generated] });
      expect(together(figures)).toEqual({ jokes: 2, votes: 2, mean: 3 });
      expect(await versionRatings(db(), generated.model.id)).toMatchObject({ jokes: 1, mean: 1 });
    });

    it('has no row that is partly a model’s joke', async () => {
      const { id } = await aJoke(db());
      await expect(
        db().update(jokes).set({ houseId: 'casa-0001' }).where(eq(jokes.id, id)),
      ).rejects.toThrow();
      await expect(db().update(jokes).set({ tokens: null }).where(eq(jokes.id, id))).rejects.toThrow();
    });
  });
});
