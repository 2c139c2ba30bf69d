import { randomUUID } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { activateModel, ensureModelVersion, type ModelVersion, pinModel } from '../../src/db/models.ts';
import { modelVersions } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { type EngineClient, startEngine } from '../../src/engine/client.ts';
import { createActiveModel } from '../../src/generator/active-model.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { silent } from '../databases.ts';
import { onEachBackend } from '../db/backends.ts';
import { GUILD } from '../db/samples.ts';
import { writeTinyModel } from '../finetuning/tiny-model.ts';

const SLOW = { timeout: 60_000 };
let folder: string;
let engine: EngineClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  engine = await startEngine({ provider: 'cpu', precision: 'fp32', slots: 2, threads: 1, log: silent });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

describe('the active model', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    let made = 0;

    async function version(): Promise<ModelVersion> {
      // Every model has different weights.
      const path = await writeTinyModel(join(folder, `m${made++}`), {}, 0.2 + made / 100);
      const { name, sha256, manifest } = await openModelFolder(path);
      return ensureModelVersion(db(), { name, folder: path, sha256, files: manifest.files, kind: 'trained' });
    }
    async function following(initial: ModelVersion, log = silent) {
      const { store } = backend();
      const active = await createActiveModel({ store, engine, initialFolder: initial.folder, log });
      onTestFinished(() => active.close());
      return {
        ...active,
        name: async (guild: string | null = null) => (await active.get(guild)).version.name,
      };
    }
    async function damage({ folder }: ModelVersion) {
      const file = await open(join(folder, 'model.safetensors'), 'r+');
      await file.write(Buffer.from([1, 2, 3]), 0, 3, 20_000);
      await file.close();
    }

    it('changes when another version becomes active', SLOW, async () => {
      const [first, second] = [await version(), await version()];
      await activateModel(db(), first.id);
      const { name } = await following(first);
      expect(await name()).toBe(first.name);
      await activateModel(db(), second.id);
      await expect.poll(() => name(), { timeout: 30_000 }).toBe(second.name);
    });

    it('stays the former one when the new one’s weights are damaged or gone', SLOW, async () => {
      const [first, damaged, gone, last] = [
        await version(),
        await version(),
        await version(),
        await version(),
      ];
      await damage(damaged);
      await rm(gone.folder, { recursive: true });
      await activateModel(db(), first.id);
      const errors: string[] = [];
      const { name } = await following(
        first,
        pino({ level: 'error' }, { write: (line) => errors.push(line) }),
      );
      for (const broken of [damaged, gone]) {
        errors.length = 0;
        await activateModel(db(), broken.id);
        // Possibly twice: at the start it checks again for changes made before it listened.
        await expect.poll(() => errors[0], { timeout: 30_000 }).toContain(`${first.name} stays in use`);
        expect(await name()).toBe(first.name);
      }
      await activateModel(db(), last.id);
      await expect.poll(() => name(), { timeout: 30_000 }).toBe(last.name);
    });

    it('is another kept version at the start when the active one is damaged', SLOW, async () => {
      const [first, second] = [await version(), await version()];
      await activateModel(db(), first.id);
      await activateModel(db(), second.id);
      await damage(second);
      expect(await (await following(first)).name()).toBe(first.name);
      expect(await db().select().from(modelVersions).where(eq(modelVersions.status, 'active'))).toMatchObject(
        [{ id: second.id }],
      );
    });

    it(
      'is the version on trial for its share of the jokes, and always the same for one request',
      SLOW,
      async () => {
        const [first, second] = [await version(), await version()];
        await activateModel(db(), first.id);
        await db()
          .update(modelVersions)
          .set({ status: 'trial', share: 0.3 })
          .where(eq(modelVersions.id, second.id));
        const active = await following(first);
        const requests = Array.from({ length: 200 }, () => randomUUID());
        const answers = async (guild: string | null) =>
          Promise.all(requests.map(async (id) => (await active.get(guild, id)).version.id));
        const told = await answers(GUILD);
        const share = told.filter((id) => id === second.id).length / requests.length;
        expect(share).toBeGreaterThan(0.15);
        expect(share).toBeLessThan(0.45);
        expect(await answers(GUILD)).toEqual(told);

        const never = requests.map(() => first.id);
        expect(await answers(null)).toEqual(never);
        await changeSettings(db(), '1', 'mod', { learns: false });
        expect(await answers('1')).toEqual(never);
        await pinModel(db(), '2', 'mod', first.id);
        expect(await answers('2')).toEqual(never);
      },
    );

    it('cannot be a retired version', SLOW, async () => {
      const [first, second] = [await version(), await version()];
      await activateModel(db(), first.id);
      await db().update(modelVersions).set({ status: 'retired' }).where(eq(modelVersions.id, second.id));
      const active = await following(first);
      await expect(active.version(second.id)).rejects.toMatchObject({ code: 'model-version-unusable' });
    });
  });
});
