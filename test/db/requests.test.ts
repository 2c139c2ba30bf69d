import { describe, expect, it, vi } from 'vitest';
import { deleteJoke, storeJoke } from '../../src/db/jokes.ts';
import { forgetPerson } from '../../src/db/privacy.ts';
import type { Ask, ChispaRequest, NewRequest } from '../../src/db/request-shape.ts';
import {
  expireRequests,
  finishRequest,
  insertRequest,
  openOwners,
  openRequest,
  startRequest,
} from '../../src/db/requests.ts';
import { requests } from '../../src/db/schema.ts';
import { holdReplies, queuedRequests, recentDuration } from '../../src/db/waiting.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke, aModel, GUILD, insert, minutes, newJoke, newRequest, rowOf } from './samples.ts';

describe('requests', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('are read back as they were made', async () => {
      const asked = newRequest({
        ask: { kind: 'joke', newOnly: true, theme: { text: 'gatos', origin: 'list' } },
        safeMode: false,
      });
      const { id } = await insert(db(), asked);
      const { ask: _, ...same } = asked;
      expect(await openRequest(db(), id)).toEqual({
        ...same,
        id,
        priority: expect.any(Number),
        kind: 'joke',
        theme: 'gatos',
        newOnly: true,
      });
    });

    it('are started when taken from the queue, and again after a kill', async () => {
      const { id } = await insert(db());
      const { id: modelVersionId } = await aModel(db());
      expect(await startRequest(db(), id, { modelVersionId })).toEqual({ replyHeld: false });
      await holdReplies(db(), [id]); // a request that runs: too late
      expect(await startRequest(db(), id, { modelVersionId })).toEqual({ replyHeld: false });
    });

    it('are not started once they are closed', async () => {
      const { id } = await insert(db());
      await finishRequest(db(), id, { status: 'cancelled', note: 'the message was deleted' });
      const { id: modelVersionId } = await aModel(db());
      expect(await startRequest(db(), id, { modelVersionId })).toBeUndefined();
      expect(await openRequest(db(), id)).toBeUndefined();
    });

    it('are closed once: the first outcome stays', async () => {
      const { id } = await insert(db());
      expect(await finishRequest(db(), id, { status: 'expired', note: 'too late' })).toBe(true);
      expect(await finishRequest(db(), id, { status: 'done' })).toBe(false);
      expect(await rowOf(db(), id)).toMatchObject({ status: 'expired', note: 'too late' });
    });

    it('have no interaction token once closed', async () => {
      const { id } = await insert(db());
      await finishRequest(db(), id, { status: 'done', timing: { firstTokenMs: 12.4, totalMs: 900 } });
      const closed = { interactionToken: null, firstTokenMs: 12, totalMs: 900 };
      expect(await rowOf(db(), id)).toMatchObject(closed);
    });

    it('whose deadline has passed are closed with a note, and only those', async () => {
      const late = await insert(db(), { deadline: new Date(Date.now() - 1) });
      const early = await insert(db(), { deadline: new Date(Date.now() + minutes(1)) });
      expect(await expireRequests(db(), 'the token ran out')).toEqual([late]);
      expect(await rowOf(db(), late.id)).toMatchObject({ status: 'expired', note: 'the token ran out' });
      expect(await rowOf(db(), early.id)).toMatchObject({ status: 'queued' });
    });

    it('that run past their deadline are left to their generator for a while, and a stored joke is not overwritten', async () => {
      const { id: modelVersionId } = await aModel(db());
      const running = await insert(db(), { deadline: new Date() });
      const told = await insert(db(), { deadline: new Date() });
      for (const { id } of [running, told]) await startRequest(db(), id, { modelVersionId });
      await storeJoke(db(), newJoke(told.id, modelVersionId));
      expect(await expireRequests(db(), 'late', new Date(Date.now() + 10_000))).toEqual([]);
      expect(await expireRequests(db(), 'late', new Date(Date.now() + 20_000))).toEqual([running]);
      expect(await rowOf(db(), told.id)).toMatchObject({ status: 'expired' });
    });

    it('of a guild with many open ones wait behind another guild’s first', async () => {
      const busy = [await insert(db()), await insert(db()), await insert(db())];
      const quiet = await insert(db(), { guildId: '999' });
      expect(await queuedRequests(db())).toEqual([busy[0]?.id, quiet.id, busy[1]?.id, busy[2]?.id]);
    });

    it('of one guild get their turns, however many others come after them', async () => {
      const others = 20;
      const { id: modelVersionId } = await aModel(db());
      const guildOf = new Map<string, string>();
      const ask = async (guildId: string) => guildOf.set((await insert(db(), { guildId })).id, guildId);
      for (let i = 0; i < 3; i++) await ask(GUILD);
      for (let i = 0; i < others; i++) await ask(`${1000 + i}`);
      const taken: number[] = [];
      for (let turn = 1; turn <= 6 * others && taken.length < 3; turn++) {
        const [next = ''] = await queuedRequests(db());
        const guildId = guildOf.get(next) ?? '';
        await startRequest(db(), next, { modelVersionId });
        await finishRequest(db(), next, { status: 'done' });
        if (guildId === GUILD) taken.push(turn);
        else await ask(guildId); // other guilds keep the queue busy
      }
      // One per guild and round: the guild's first at once, the second and third one round later each.
      const fair = others + 1;
      expect(taken).toHaveLength(3);
      expect(taken[0]).toBe(1);
      for (const [i, turn] of taken.entries()) expect(turn).toBeLessThanOrEqual(2 * i * fair + 1);
    });

    it('have no place in the queue once they run', async () => {
      const { id } = await insert(db());
      await startRequest(db(), id, { modelVersionId: (await aModel(db())).id });
      expect(await queuedRequests(db())).toEqual([]);
    });

    it('in direct messages are counted per person', async () => {
      const ofAna = await insert(db(), { guildId: null, userId: 'ana' });
      expect((await insert(db(), { guildId: null, userId: 'ana' })).priority).toBe(ofAna.priority - 1);
      expect((await insert(db(), { guildId: null, userId: 'luis' })).priority).toBe(ofAna.priority);
    });

    it('to continue one of our jokes read its whole text from our table', async () => {
      const typed = await aJoke(db(), {
        request: { ask: { kind: 'continue', from: { text: 'Va un pato' } } },
        joke: { text: ' y se ríe.' },
      });
      const request = await insert(db(), { ask: { kind: 'continue', from: { jokeId: typed.id } } });
      expect(request).toMatchObject({ kind: 'continue', text: 'Va un pato y se ríe.' });
    });

    it('to continue an unknown or deleted joke are refused and leave nothing behind', async () => {
      const gone = await aJoke(db());
      await deleteJoke(db(), gone.id);
      const before = await db().$count(requests);
      const continueOf = (jokeId: string) => insert(db(), { ask: { kind: 'continue', from: { jokeId } } });
      await expect(continueOf('nope')).rejects.toMatchObject({ code: 'joke-not-found' });
      await expect(continueOf(gone.id)).rejects.toMatchObject({ code: 'joke-gone' });
      expect(await db().$count(requests)).toBe(before);
    });

    it('for a preview carry both settings and cannot store a joke', async () => {
      const before = { ...BOT_DEFAULTS, temperature: 1.5 };
      const request = await insert(db(), { ask: { kind: 'preview', before } });
      const { id } = request;
      expect(request).toMatchObject({ kind: 'preview', before, settings: BOT_DEFAULTS });
      const { id: modelVersionId } = await aModel(db());
      await expect(storeJoke(db(), newJoke(id, modelVersionId))).rejects.toMatchObject({
        code: 'joke-not-kept',
      });
    });

    it('for the steps of a joke name it and cannot store a joke', async () => {
      const { id: jokeId } = await aJoke(db());
      const request = await insert(db(), { ask: { kind: 'steps', jokeId } });
      const { id } = request;
      expect(request).toMatchObject({ kind: 'steps', jokeId });
      const { id: modelVersionId } = await aModel(db());
      await expect(storeJoke(db(), newJoke(id, modelVersionId))).rejects.toMatchObject({
        code: 'joke-not-kept',
      });
      const unknown = insert(db(), { ask: { kind: 'steps', jokeId: 'nope' } });
      await expect(unknown).rejects.toMatchObject({ code: 'joke-not-found' });
    });

    it('whose joke was erased with a forgotten person know that it is gone', async () => {
      const typed = await aJoke(db(), {
        request: { userId: 'ana', ask: { kind: 'continue', from: { text: 'Va' } } },
      });
      const asks: Ask[] = [
        { kind: 'steps', jokeId: typed.id },
        { kind: 'continue', from: { jokeId: typed.id } },
      ];
      const open = [];
      for (const ask of asks) open.push(await insert(db(), { ask }));
      await forgetPerson(db(), { userId: 'ana', voter: 'ana' });
      for (const { id, by } of open) {
        expect(await openRequest(db(), id)).toMatchObject({ kind: 'gone', by });
      }
    });

    it('are announced by key when they are closed, however it happens, and only once', async () => {
      const told: string[] = [];
      const stop = await backend().store.listen(
        'chispa_requests',
        (payload) => told.push(payload),
        () => {},
      );
      const mine = await insert(db());
      const late = await insert(db(), { guildId: null, userId: 'ana', deadline: new Date(0) });
      const daily = await db().transaction((tx) => insertRequest(tx, newDaily()));
      const timing = { firstTokenMs: 100, totalMs: 800 };
      await finishRequest(db(), mine.id, { status: 'done', timing });
      await finishRequest(db(), mine.id, { status: 'done', timing });
      await expireRequests(db(), 'late');
      await finishRequest(db(), daily.id, { status: 'failed', note: 'why' });
      await vi.waitFor(() => expect(told).toHaveLength(3), 20_000);
      expect(told.map((payload) => JSON.parse(payload))).toEqual([
        { key: keyOf(mine), totalMs: 800 },
        { key: keyOf(late), totalMs: null },
        { key: daily.id, totalMs: null },
      ]);
      await stop();
    });

    it('that are done give the typical duration: the median of the last twenty', async () => {
      expect(await recentDuration(db())).toBeNull();
      const finish = async (totalMs: number, status: 'done' | 'failed' = 'done') =>
        finishRequest(db(), (await insert(db())).id, { status, timing: { firstTokenMs: 1, totalMs } });
      for (let i = 0; i < 3; i++) await finish(900_000);
      for (let i = 0; i < 19; i++) await finish(1000 + 10 * i);
      await finish(1, 'failed');
      await finish(1190);
      expect(await recentDuration(db())).toBe(1095);
    });

    it('that are open are listed with their owners', async () => {
      const inGuild = await insert(db());
      const alone = await insert(db(), { guildId: null });
      const closed = await insert(db());
      await finishRequest(db(), closed.id, { status: 'failed', note: 'why' });
      expect(await openOwners(db())).toEqual([
        { key: keyOf(inGuild), userId: ASKER, guildId: GUILD },
        { key: keyOf(alone), userId: ASKER, guildId: null },
      ]);
    });

    it('for the joke of the day belong to nobody', async () => {
      const { id } = await db().transaction((tx) => insertRequest(tx, newDaily()));
      expect(await openRequest(db(), id)).toMatchObject({
        kind: 'joke',
        by: { kind: 'day', guildId: GUILD },
      });
    });
  });
});

function newDaily(): NewRequest {
  const { ask: _, by: __, ...terms } = newRequest();
  return { ...terms, ask: { kind: 'joke' }, by: { kind: 'day', guildId: GUILD } };
}

/** A person's request is identified by its interaction. */
const keyOf = ({ by }: ChispaRequest): string => (by.kind === 'person' ? by.interaction.id : '');
