import { describe, expect, it, onTestFinished } from 'vitest';
import { startEngine } from '../../src/engine/client.ts';
import { createActiveModel } from '../../src/generator/active-model.ts';
import { createReport } from '../../src/generator/report.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { silent } from '../databases.ts';
import { onOneBackend } from '../db/backends.ts';

describe("a generator's report", () => {
  onOneBackend((backend) => {
    it('says where it runs, with what, and how fast it was since the report before', async () => {
      const { store } = backend();
      const engine = await startEngine({
        provider: 'auto',
        threads: 1,
        slots: 2,
        precision: 'q8',
        log: silent,
      });
      onTestFinished(() => engine.close());
      const activeModel = await createActiveModel({
        ...{ store, engine, initialFolder: bundledModelPath, log: silent },
      });
      onTestFinished(() => activeModel.close());
      let running = 0;
      const report = createReport({ engine, activeModel, slots: 2, running: () => running });
      const [load] = await engine.measure();
      expect(load?.placement?.reason?.why).toMatch(/^(no-gpu|measured|failed)$/);
      const place = { pid: process.pid, ...load?.placement, model: 'mini-es', slots: 2 };
      expect(await report()).toMatchObject({ ...place, running: 0, tokensPerSecond: 0 });
      running = 1;
      const { model } = await engine.load(bundledModelPath);
      await engine.generate({
        ...{ model, settings: BOT_DEFAULTS, seed: 7, prompt: { kind: 'joke' } },
      });
      const { tokensPerSecond, host, version } = await report();
      expect(tokensPerSecond).toBeGreaterThan(0);
      expect(host).not.toBe('');
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
      expect(await report()).toMatchObject({ ...place, running: 1, tokensPerSecond: 0 });
    });
  });
});
