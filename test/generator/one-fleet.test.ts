import { randomUUID } from 'node:crypto';
import { REST } from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { generatorHasStopped, generatorIsAlive } from '../../src/db/generators.ts';
import { activeModel } from '../../src/db/models.ts';
import { type GeneratorReport, generators } from '../../src/db/schema.ts';
import { startRemoteEngine } from '../../src/engine/remote/engine.ts';
import { startGenerator } from '../../src/generator/generator.ts';
import { demandOneFleet } from '../../src/generator/one-fleet.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { freshDataDir, silent } from '../databases.ts';
import { onPostgres } from '../db/backends.ts';
import { aModel } from '../db/samples.ts';
import { completionsServer } from '../engine/completions-server.ts';

describe('a generator with ENGINE', () => {
  onPostgres((backend) => {
    it('does not start beside one without, which goes on with its model', async () => {
      const { store } = backend();
      const queue = await createQueue({ store, log: silent });
      onTestFinished(() => queue.close());
      const { url } = await completionsServer([]);
      const engine = await startRemoteEngine({ url, log: silent });
      onTestFinished(() => engine.close());
      const start = () =>
        startGenerator({
          ...{ store, queue, engine, rest: new REST(), slots: 1, bestOf: 1, graceMs: 0 },
          ...{ initialFolder: engine.model, log: silent },
        });
      const { name } = await aModel(store.db);
      const local = { host: 'casa', pid: 42, version: '1.0.0', provider: 'cpu', model: name, slots: 8 };
      const id = randomUUID();
      await generatorIsAlive(store.db, id, { ...local, running: 0, tokensPerSecond: 0 });
      await expect(start()).rejects.toThrow(
        /would start with ENGINE \(http.*\), and one on casa \(process 42\) works without it/,
      );
      expect((await activeModel(store.db))?.name).toBe(name);

      await generatorHasStopped(store.db, id);
      const first = await start();
      onTestFinished(() => first.close());
      expect(first.model).toBe('model');
      const second = await start(); // all alike
      await second.close();
    });
  });
});

const ONE = 'http://one.example/v1/models/risa';
const OTHER = 'http://other.example/v1/models/risa';
const FOLDER = '/models/mini-es';

describe('a generator that starts beside another', () => {
  let store: Store;
  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
  });
  afterAll(() => store.close());
  beforeEach(() => store.db.delete(generators));

  const atWork = (where: Pick<GeneratorReport, 'provider' | 'address'>) =>
    generatorIsAlive(store.db, randomUUID(), {
      ...{ host: 'casa', pid: 42, version: '0.2.0', model: 'risa', slots: 8, running: 0, tokensPerSecond: 0 },
      ...where,
    });

  it.each([
    ['on this machine', FOLDER, { provider: 'cpu' }],
    ['on a GPU', FOLDER, { provider: 'webgpu' }],
    ['with the same server', ONE, { provider: 'server', address: ONE }],
    ['with a server that an older version does not name', ONE, { provider: 'server' }],
  ])('joins one that works %s', async (_, folder, where) => {
    await atWork(where);
    await expect(demandOneFleet(store.db, folder)).resolves.toBeUndefined();
  });

  it.each([
    [
      'without a server beside one with it',
      FOLDER,
      { provider: 'server', address: ONE },
      `works with ${ONE}`,
    ],
    ['with a server beside one without', ONE, { provider: 'cpu' }, 'works without it'],
    ['with another server', OTHER, { provider: 'server', address: ONE }, `works with ${ONE}`],
  ])('is refused %s, also as the third', async (_, folder, where, says) => {
    await atWork(folder === FOLDER ? { provider: 'cpu' } : { provider: 'server', address: folder }); // its like
    await atWork(where);
    await expect(demandOneFleet(store.db, folder)).rejects.toMatchObject({
      code: 'mixed-generators',
      message: expect.stringContaining(`casa (process 42) ${says}`),
    });
  });
});
