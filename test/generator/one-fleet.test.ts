import { randomUUID } from 'node:crypto';
import { REST } from 'discord.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generatorHasStopped, generatorIsAlive } from '../../src/db/generators.ts';
import { activeModel } from '../../src/db/models.ts';
import { startRemoteEngine } from '../../src/engine/remote/engine.ts';
import { startGenerator } from '../../src/generator/generator.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { silent } from '../databases.ts';
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
        /would start with ENGINE, and one on casa \(process 42\) works without it/,
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
