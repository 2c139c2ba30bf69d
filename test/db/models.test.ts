import { describe, expect, it } from 'vitest';
import {
  activateModel,
  activeModel,
  ensureModelVersion,
  lineStart,
  usableModels,
} from '../../src/db/models.ts';
import { retireFolder } from '../../src/db/retired-models.ts';
import { modelVersions } from '../../src/db/schema.ts';
import { onEachBackend } from './backends.ts';

describe('model versions', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    const version = (name: string, changes: Partial<Parameters<typeof ensureModelVersion>[1]> = {}) =>
      ensureModelVersion(db(), {
        name,
        folder: `/models/${name}`,
        sha256: name,
        files: {},
        kind: 'trained',
        ...changes,
      });

    it('are identified by their weights, wherever the folder is', async () => {
      const first = await version('v1');
      const moved = await version('v1', { folder: '/elsewhere/v1' });
      expect(moved).toMatchObject({ id: first.id, folder: '/elsewhere/v1' });
    });

    it('with different weights under a known name get a new name', async () => {
      const first = await version('v1');
      const other = await version('v1', { sha256: 'f00dfeed99' });
      expect(other.id).not.toBe(first.id);
      expect(other.name).toBe('v1-f00dfeed');
      expect((await version('v1', { sha256: 'f00dfeed99' })).id).toBe(other.id);
    });

    it('can be ensured by many processes at once without conflict', async () => {
      const ids = await Promise.all(Array.from({ length: 8 }, async () => (await version('v1')).id));
      expect(new Set(ids).size).toBe(1);
    });

    it('are traced back along their line to the earliest version with weights', async () => {
      const base = await version('base', { kind: 'imported' });
      const first = await version('first', { parentId: base.id });
      const second = await version('second', { parentId: first.id });
      expect((await lineStart(db(), base)).name).toBe('base');
      expect((await lineStart(db(), second)).name).toBe('base');
      await retireFolder(db(), base.folder);
      expect((await lineStart(db(), second)).name).toBe('first');
    });

    it('have one active row, and the former one is kept for rollback', async () => {
      const [v1, v2] = [await version('v1'), await version('v2')];
      expect(await activeModel(db())).toBeUndefined();
      await activateModel(db(), v1.id);
      await activateModel(db(), v2.id);
      expect(await activeModel(db())).toMatchObject({ name: 'v2' });
      expect((await usableModels(db())).map(({ name, status }) => [name, status])).toEqual([
        ['v2', 'active'],
        ['v1', 'kept'],
      ]);
      await activateModel(db(), v1.id);
      expect(await activeModel(db())).toMatchObject({ name: 'v1' });
    });

    it('cannot have two active rows, whatever wrote them', async () => {
      await activateModel(db(), (await version('v1')).id);
      const { id, ...row } = await version('v2');
      await expect(
        db()
          .insert(modelVersions)
          .values({ ...row, name: 'v3', sha256: 'v3', status: 'active' }),
      ).rejects.toMatchObject({
        cause: expect.objectContaining({ message: expect.stringContaining('model_versions_one_active') }),
      });
    });

    it('end up with one active row when several are activated at once', async () => {
      const versions = [await version('v1'), await version('v2'), await version('v3')];
      await Promise.all(versions.map(({ id }) => activateModel(db(), id)));
      const active = (await usableModels(db())).filter(({ status }) => status === 'active');
      expect(active).toHaveLength(1);
    });

    it('that were rejected or never existed cannot be activated', async () => {
      const rejected = await version('bad', { status: 'rejected' });
      await expect(activateModel(db(), rejected.id)).rejects.toMatchObject({
        code: 'model-version-unusable',
      });
      await expect(activateModel(db(), 999)).rejects.toMatchObject({ code: 'model-version-not-found' });
    });

    it('notify every listener which one became active', async () => {
      const { id } = await version('v1');
      let heard: (payload: string) => void = () => {};
      const told = new Promise<string>((resolve) => {
        heard = resolve;
      });
      const stop = await backend().store.listen('chispa_models', heard, () => {});
      await activateModel(db(), id);
      expect(await told).toBe(String(id));
      await stop();
    });
  });
});
