import { describe, expect, it } from 'vitest';
import { deleteJoke, findJoke, storeJoke, toldLast } from '../../src/db/jokes.ts';
import type { Ask } from '../../src/db/request-shape.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { jokes } from '../../src/db/schema.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke, aModel, GUILD, insert, newJoke, type RequestChanges } from './samples.ts';

describe('jokes', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('are stored with everything needed to generate them again', async () => {
      const { id: modelVersionId } = await aModel(db());
      const request = await insert(db(), { ask: { kind: 'joke', theme: { text: 'gatos', origin: 'list' } } });
      const made = newJoke(request.id, modelVersionId, { seed: 0xffff_ffff, settings: request.settings });
      const { id } = await storeJoke(db(), made);
      const { requestId, modelVersionId: _, ...kept } = made;
      expect(await findJoke(db(), id)).toMatchObject({
        ...kept,
        guildId: GUILD,
        prompt: { kind: 'joke', theme: 'gatos' },
        model: { id: modelVersionId, name: 'mini-es', folder: '/models/mini-es' },
        askedBy: ASKER,
        locale: 'es-ES',
        state: 'shown',
      });
    });

    it('are stored once per request, even when the job runs twice', async () => {
      const { id: modelVersionId } = await aModel(db());
      const { id: requestId } = await insert(db());
      const first = await storeJoke(db(), newJoke(requestId, modelVersionId));
      const again = await storeJoke(db(), newJoke(requestId, modelVersionId, { text: 'otro' }));
      expect(again).toEqual(first);
      expect(await db().$count(jokes)).toBe(1);
    });

    it('have unique ids short enough for a custom id', async () => {
      const ids = await Promise.all(Array.from({ length: 5 }, async () => (await aJoke(db())).id));
      expect(new Set(ids).size).toBe(5);
      for (const id of ids) expect(id).toMatch(/^[\w-]{12}$/);
    });

    it('record whether a person typed any of their prompt', async () => {
      const holdsUserText = async (ask: Ask) => (await aJoke(db(), { request: { ask } })).userText;
      expect(await holdsUserText({ kind: 'joke' })).toBe(false);
      expect(await holdsUserText({ kind: 'joke', theme: { text: 'gatos', origin: 'list' } })).toBe(false);
      expect(await holdsUserText({ kind: 'joke', theme: { text: 'mi jefe', origin: 'user' } })).toBe(true);
      expect(await holdsUserText({ kind: 'continue', from: { text: 'Mi jefe' } })).toBe(true);
    });

    it('by a model that takes no theme have none, and contain nothing that a person typed', async () => {
      const request = { ask: { kind: 'joke', theme: { text: 'mi jefe', origin: 'user' } } } as const;
      const joke = await aJoke(db(), { request, joke: { themeIgnored: true } });
      expect(joke).toMatchObject({ prompt: { kind: 'joke', theme: null }, userText: false });
    });

    it('that continue a joke contain typed text exactly when that joke does, however long the chain', async () => {
      const continued = (jokeId: string) =>
        aJoke(db(), { request: { ask: { kind: 'continue', from: { jokeId } } } });
      const ours = await aJoke(db());
      const typed = await aJoke(db(), { request: { ask: { kind: 'continue', from: { text: 'Mi jefe' } } } });
      expect((await continued((await continued(ours.id)).id)).userText).toBe(false);
      expect((await continued((await continued(typed.id)).id)).userText).toBe(true);
    });

    it('told last are those of one guild, or of one person outside of guilds, deleted ones too', async () => {
      const tell = (text: string, request: RequestChanges = {}) => aJoke(db(), { request, joke: { text } });
      await tell('uno');
      const { id: deleted } = await tell('dos');
      await tell('tres');
      const { id: failed } = await insert(db());
      await storeJoke(db(), newJoke(failed, (await aModel(db())).id, { text: 'no se pudo enseñar' }));
      await finishRequest(db(), failed, { status: 'failed' });
      await tell('de otro servidor', { guildId: '999' });
      await tell('a solas', { guildId: null });
      await tell('a solas con otra', { guildId: null, userId: '301' });
      await tell('cuatro', { userId: '301' });
      await deleteJoke(db(), deleted);
      const here = { guildId: GUILD, userId: ASKER };
      expect(await toldLast(db(), here, 50)).toEqual(['cuatro', 'tres', 'dos', 'uno']);
      expect(await toldLast(db(), here, 2)).toEqual(['cuatro', 'tres']);
      expect(await toldLast(db(), { guildId: null, userId: ASKER }, 50)).toEqual(['a solas']);
      expect(await toldLast(db(), { guildId: '123' }, 50)).toEqual([]);
    });

    it('are deleted once and stay readable, marked as deleted', async () => {
      const { id } = await aJoke(db());
      expect(await deleteJoke(db(), id)).toBe(true);
      expect(await deleteJoke(db(), id)).toBe(false);
      expect((await findJoke(db(), id))?.state).toBe('deleted');
    });

    it('require their request', async () => {
      const { id: modelVersionId } = await aModel(db());
      const orphan = newJoke('00000000-0000-4000-8000-000000000000', modelVersionId);
      await expect(storeJoke(db(), orphan)).rejects.toMatchObject({ code: 'request-not-found' });
    });
  });
});
