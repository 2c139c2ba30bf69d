import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { prepareRun } from '../../../src/finetuning/run/prepare.ts';
import { runOwner } from '../../../src/finetuning/run/run-folder.ts';
import { trainRun } from '../../../src/finetuning/run/train-run.ts';
import { RECIPE_DEFAULTS } from '../../../src/finetuning/settings.ts';
import { ADAMW_DEFAULTS } from '../../../src/finetuning/step/optimizer.ts';
import { createStepper } from '../../../src/finetuning/step/stepper.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { someJokes, writeTinyModel } from '../tiny-model.ts';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let base: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  base = await writeTinyModel(join(folder, 'tiny'));
});
afterAll(() => rm(folder, { recursive: true }));

it('trains in a process with the lowest priority, unlike this one', async () => {
  const settings = { ...RECIPE_DEFAULTS.chispa, epochs: 100, patience: 0 };
  const run = await prepareRun({ base, modelsDir: join(folder, 'models'), jokes: someJokes(100), corpus: 'some', settings, threads: 1 }); // biome-ignore format: one call
  const before = getPriority();
  const stop = new AbortController();
  let seen: number | undefined;
  const outcome = await trainRun(run, {
    signal: stop.signal,
    onEvent({ event }) {
      if (event !== 'step' || seen !== undefined) return;
      const pid = runOwner(run);
      seen = pid && getPriority(pid);
      stop.abort();
    },
  });
  expect(outcome).toBe('interrupted');
  expect(seen).toBe(constants.priority.PRIORITY_LOW);
  expect(getPriority()).toBe(before);
});

/** Threads of this process. */
const threadCount = () => readdirSync('/proc/self/task').length;

it.skipIf(process.platform !== 'linux')('computes on as many threads as it is told', async () => {
  const { config } = await openModelFolder(base);
  const more = async (threads: number) => {
    const before = threadCount();
    const stepper = await createStepper({ config, frozen: new Map(), dropout: 0, seed: 1, adamw: ADAMW_DEFAULTS, accumulate: false, threads }); // biome-ignore format: one call
    const created = threadCount() - before;
    await stepper.release();
    return created;
  };
  await more(1); // threads that the runtime creates once
  // The calling thread computes, too.
  expect([await more(1), await more(2), await more(5)]).toEqual([0, 1, 4]);
});
