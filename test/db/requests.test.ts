import { eq } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { deleteJoke, storeJoke } from '../../src/db/jokes.ts';
import {
  expireRequests,
  findRequest,
  finishRequest,
  insertRequest,
  openOwners,
  openRequests,
  startRequest,
} from '../../src/db/requests.ts';
import { requests } from '../../src/db/schema.ts';
import { queuedRequests, queuePosition, recentDuration } from '../../src/db/waiting.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke, aModel, GUILD, insert, minutes, newJoke, newRequest } from './samples.ts';

describe('requests', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('come back as they were asked', async () => {
      const asked = newRequest({
        ask: { kind: 'joke', theme: { text: 'gatos', origin: 'list' } },
        safeMode: false,
      });
      const { id } = await insert(db(), asked);
      const { ask, ...same } = asked;
      expect(await findRequest(db(), id)).toMatchObject({
        ...same,
        prompt: { kind: 'joke', theme: 'gatos' },
        status: 'queued',
      });
    });

    it('are started once they are popped, and again after a kill', async () => {
      const { id } = await insert(db());
      const { id: modelVersionId } = await aModel(db());
      expect(await startRequest(db(), id, { modelVersionId })).toMatchObject({ status: 'running' });
      expect(await startRequest(db(), id, { modelVersionId })).toMatchObject({ status: 'running' });
    });

    it('are not started once they are closed', async () => {
      const { id } = await insert(db());
      await finishRequest(db(), id, { status: 'cancelled', note: 'the message was deleted' });
      const { id: modelVersionId } = await aModel(db());
      expect(await startRequest(db(), id, { modelVersionId })).toBeUndefined();
    });

    it('are closed once: the first outcome stays', async () => {
      const { id } = await insert(db());
      expect(await finishRequest(db(), id, { status: 'expired', note: 'too late' })).toBe(true);
      expect(await finishRequest(db(), id, { status: 'done' })).toBe(false);
      expect(await findRequest(db(), id)).toMatchObject({ status: 'expired', note: 'too late' });
    });

    it('keep no interaction token once closed', async () => {
      const { id } = await insert(db());
      await finishRequest(db(), id, { status: 'done', timing: { firstTokenMs: 12.4, totalMs: 900 } });
      const [row] = await db().select().from(requests).where(eq(requests.id, id));
      expect(row).toMatchObject({ interactionToken: null, firstTokenMs: 12, totalMs: 900 });
      expect((await findRequest(db(), id))?.interaction).toBeNull();
    });

    it('whose deadline has passed are closed with a note, and only those', async () => {
      const late = await insert(db(), { deadline: new Date(Date.now() - 1) });
      const early = await insert(db(), { deadline: new Date(Date.now() + minutes(1)) });
      expect(await expireRequests(db(), 'the token ran out')).toEqual([late.id]);
      expect(await findRequest(db(), late.id)).toMatchObject({
        status: 'expired',
        note: 'the token ran out',
      });
      expect(await findRequest(db(), early.id)).toMatchObject({ status: 'queued' });
    });

    it('of a guild with many open ones wait behind another guild’s first', async () => {
      const busy = [await insert(db()), await insert(db()), await insert(db())];
      const quiet = await insert(db(), { guildId: '999' });
      expect(busy.map(({ priority }) => priority)).toEqual([0, -1, -2]);
      expect(await queuedRequests(db())).toEqual([busy[0]?.id, quiet.id, busy[1]?.id, busy[2]?.id]);
      expect(await queuePosition(db(), quiet.id)).toBe(2);
    });

    it('have no position once they run', async () => {
      const { id } = await insert(db());
      await startRequest(db(), id, { modelVersionId: (await aModel(db())).id });
      expect(await queuePosition(db(), id)).toBeUndefined();
    });

    it('in direct messages are counted by person', async () => {
      await insert(db(), { guildId: null, userId: 'ana' });
      expect((await insert(db(), { guildId: null, userId: 'ana' })).priority).toBe(-1);
      expect((await insert(db(), { guildId: null, userId: 'luis' })).priority).toBe(0);
      expect(await openRequests(db(), { guildId: GUILD })).toBe(0);
    });

    it('to continue a joke of ours read its whole text from our table', async () => {
      const typed = await aJoke(db(), {
        request: { ask: { kind: 'continue', from: { text: 'Va un pato' } } },
        joke: { text: ' y se ríe.' },
      });
      const { prompt } = await insert(db(), { ask: { kind: 'continue', from: { jokeId: typed.id } } });
      expect(prompt).toEqual({ kind: 'continue', text: 'Va un pato y se ríe.' });
    });

    it('to continue a joke that is unknown or deleted are refused and leave nothing', async () => {
      const gone = await aJoke(db());
      await deleteJoke(db(), gone.id);
      const before = await db().$count(requests);
      const continueOf = (jokeId: string) => insert(db(), { ask: { kind: 'continue', from: { jokeId } } });
      await expect(continueOf('nope')).rejects.toMatchObject({ code: 'joke-not-found' });
      await expect(continueOf(gone.id)).rejects.toMatchObject({ code: 'joke-gone' });
      expect(await db().$count(requests)).toBe(before);
    });

    it('for a preview carry both settings and can leave no joke behind', async () => {
      const before = { ...BOT_DEFAULTS, temperature: 1.5 };
      const { id, preview, prompt, settings } = await insert(db(), { ask: { kind: 'preview', before } });
      expect({ preview, prompt, settings }).toEqual({
        preview: { before },
        prompt: { kind: 'joke' },
        settings: BOT_DEFAULTS,
      });
      const { id: modelVersionId } = await aModel(db());
      await expect(storeJoke(db(), newJoke(id, modelVersionId))).rejects.toMatchObject({
        code: 'joke-not-kept',
      });
    });

    it('for the steps of a joke name it and can leave no joke behind', async () => {
      const { id: jokeId } = await aJoke(db());
      const { id, steps } = await insert(db(), { ask: { kind: 'steps', jokeId } });
      expect(steps).toEqual({ jokeId });
      const { id: modelVersionId } = await aModel(db());
      await expect(storeJoke(db(), newJoke(id, modelVersionId))).rejects.toMatchObject({
        code: 'joke-not-kept',
      });
      const unknown = insert(db(), { ask: { kind: 'steps', jokeId: 'nope' } });
      await expect(unknown).rejects.toMatchObject({ code: 'joke-not-found' });
    });

    it('tell whose they were when they are closed, by whatever way, and only once', async () => {
      const told: string[] = [];
      const stop = await backend().store.listen('chispa_requests', (payload) => told.push(payload));
      const mine = await insert(db());
      await insert(db(), { guildId: null, userId: 'ana', deadline: new Date(0) });
      const timing = { firstTokenMs: 100, totalMs: 800 };
      await finishRequest(db(), mine.id, { status: 'done', timing });
      await finishRequest(db(), mine.id, { status: 'done', timing });
      await expireRequests(db(), 'late');
      await vi.waitFor(() => expect(told).toHaveLength(2), 20_000);
      expect(told.map((payload) => JSON.parse(payload))).toEqual([
        { userId: ASKER, guildId: GUILD, totalMs: 800 },
        { userId: 'ana', guildId: null, totalMs: null },
      ]);
      await stop();
    });

    it('that are done tell how long one takes: the median of the last twenty', async () => {
      expect(await recentDuration(db())).toBeNull();
      const finish = async (totalMs: number, status: 'done' | 'failed' = 'done') =>
        finishRequest(db(), (await insert(db())).id, { status, timing: { firstTokenMs: 1, totalMs } });
      for (let i = 0; i < 3; i++) await finish(900_000);
      for (let i = 0; i < 19; i++) await finish(1000 + 10 * i);
      await finish(1, 'failed');
      await finish(1190);
      expect(await recentDuration(db())).toBe(1095);
    });

    it('that are open are listed with whose they are', async () => {
      await insert(db());
      await insert(db(), { guildId: null });
      const closed = await insert(db());
      await finishRequest(db(), closed.id, { status: 'failed', note: 'why' });
      expect(await openOwners(db())).toEqual([
        { userId: ASKER, guildId: GUILD },
        { userId: ASKER, guildId: null },
      ]);
    });

    it('of the joke of the day have no interaction and no person', async () => {
      const { interaction, ...daily } = newRequest({ userId: null });
      const { id } = await db().transaction((tx) => insertRequest(tx, daily));
      expect(await findRequest(db(), id)).toMatchObject({ interaction: null, userId: null });
    });
  });
});
