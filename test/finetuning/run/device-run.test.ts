import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TrainingEvent } from '../../../src/finetuning/run/events.ts';
import { performRun } from '../../../src/finetuning/run/perform.ts';
import { prepareRun } from '../../../src/finetuning/run/prepare.ts';
import { RECIPE_DEFAULTS, type TrainingProvider } from '../../../src/finetuning/settings.ts';
import { memoryNeed } from '../../../src/finetuning/step/memory-need.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { hasSwiftShader } from '../../engine/swiftshader.ts';
import { watchRuns } from '../../engine/watch-runs.ts';
import { someJokes, writeTinyModel } from '../tiny-model.ts';

vi.setConfig({ testTimeout: 240_000 }); // compiling shaders for a CPU is slow on a busy machine

let folder: string;
let base: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  base = await writeTinyModel(join(folder, 'tiny'), { n_layer: 1, n_positions: 32 });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rm(folder, { recursive: true }));

const settings = { ...RECIPE_DEFAULTS.chispa, epochs: 1, learningRate: 5e-3, batch: 8, checkpoint: 5 };

/** The folder of a new run. */
const prepare = (name: string, provider: TrainingProvider) => {
  const modelsDir = join(folder, 'models');
  const jokes = someJokes(60);
  return prepareRun({ base, modelsDir, name, jokes, corpus: 'test', settings, threads: 1, provider });
};

/** What a run says, until it is stopped after a number of steps. */
async function perform(run: string, stopAfter = Number.POSITIVE_INFINITY): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  const steps = () => events.filter(({ event }) => event === 'step').length;
  await performRun(run, {
    emit: (event) => events.push(event),
    interrupted: () => steps() >= stopAfter,
  });
  return events;
}

const validationLoss = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.event === 'epoch' ? [event.validationLoss] : []))[0] ?? Number.NaN;

it('uses the CPU if a GPU has ended the process before it took a step', async () => {
  const run = await prepare('ended', 'webgpu');
  await writeFile(join(run, 'gpu-trial'), ''); // as that process left it
  const [start] = await perform(run, 1);
  expect(start).toMatchObject({ provider: 'cpu', reason: 'the GPU ended the process that used it' });
});

it('refuses to go on on the CPU, politely, if only the GPU had the memory for it', async () => {
  const { config } = await openModelFolder(base);
  const [least, need] = [
    memoryNeed(config, settings, 'webgpu'),
    memoryNeed(config, { ...settings, accumulate: settings.batch }),
  ];
  vi.spyOn(process, 'availableMemory').mockReturnValue((least + need) / 2);
  const run = await prepare('large', 'webgpu');
  await writeFile(join(run, 'gpu-trial'), '');
  await expect(perform(run)).rejects.toMatchObject({ code: 'out-of-memory' });
  vi.restoreAllMocks();
  await writeFile(join(run, 'gpu-trial'), '');
  const [start] = await perform(run, 1); // with the memory, it does
  expect(start).toMatchObject({ event: 'start', provider: 'cpu' });
});

describe.skipIf(!hasSwiftShader)('a run on a GPU', () => {
  it('goes on on the CPU, from the last checkpoint, when the GPU fails', async () => {
    const onCpu = await perform(await prepare('cpu', 'cpu'));
    let updates = 0;
    await watchRuns({
      before({ outputNames }) {
        if (outputNames.includes('next:report') && ++updates > 7) throw new Error('the device is lost');
      },
    });
    const events = await perform(await prepare('gpu', 'webgpu'));

    const told = events.filter(({ event }) => event !== 'step' && event !== 'epoch');
    expect(told).toEqual([
      expect.objectContaining({ event: 'start', provider: 'webgpu', resumedAt: 0 }),
      { event: 'checkpoint', step: 5 },
      { event: 'fallback', reason: 'the GPU failed (the device is lost)' },
      expect.objectContaining({ event: 'start', provider: 'cpu', resumedAt: 5 }),
      ...onCpu.filter(({ event }) => event === 'checkpoint').slice(1),
      expect.objectContaining({ event: 'done' }),
    ]);
    expect(validationLoss(events)).toBeCloseTo(validationLoss(onCpu), 4);
  });

  it('measures which is faster, if it is left the choice, and stays with it', async () => {
    const run = await prepare('measured', 'auto');
    const [start] = await perform(run, 1);
    const provider = start?.event === 'start' ? start.provider : undefined;
    const reason = expect.stringMatching(
      /^the gradient of 8 rows takes \d+ ms on the GPU and \d+ ms on the CPU$/,
    );
    expect(start).toMatchObject({ reason });
    const [resumed] = await perform(run, 1);
    expect(resumed).toMatchObject({ provider, resumedAt: provider === 'cpu' ? 1 : 5 });
  });
});
