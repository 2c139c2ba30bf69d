import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type EngineClient, startEngine } from '../../src/engine/client.ts';
import type { GenerationRequest } from '../../src/engine/engine.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath as model } from '../../src/models/registry.ts';
import { compiledPath } from '../setup/compiled.ts';
import { exists } from './exists.ts';
import type { ParentMessage } from './parent.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // decoding is slow on a busy machine

const options = { provider: 'cpu', threads: 1, slots: 8, precision: 'fp32' } as const;

const request = (seed: number, maxTokens = 40): GenerationRequest => ({
  model,
  prompt: { kind: 'joke' },
  seed,
  settings: { ...NEUTRAL_DEFAULTS, maxTokens },
});

let engine: EngineClient;
const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
beforeAll(async () => {
  engine = await startEngine({ ...options, log });
  await engine.load(model);
});
afterAll(() => engine.close());

function childPid(): number {
  const pid = engine.pid(model);
  if (pid === undefined) throw new Error('the engine has no child');
  return pid;
}

describe('the engine process', () => {
  it('redoes requests that were running when it was killed, with the same texts, streamed once', async () => {
    const seeds = [0, 1, 2, 3, 4, 5, 6, 7];
    const expected = await Promise.all(
      seeds.map(async (seed) => (await engine.generate(request(seed))).text),
    );
    const streamed = seeds.map(() => '');
    let killed: number | undefined;
    const texts = await Promise.all(
      seeds.map(async (seed) => {
        const { text } = await engine.generate(request(seed), {
          onText(increment) {
            streamed[seed] += increment;
            if (killed !== undefined || (streamed[3] ?? '').length < 20) return;
            killed = childPid();
            process.kill(killed, 'SIGKILL');
          },
        });
        return text;
      }),
    );
    expect(killed).toBeDefined();
    expect(childPid()).not.toBe(killed);
    expect(texts).toEqual(expected);
    expect(streamed).toEqual(expected);
    expect(lines.filter((line) => line.includes('starting the engine process again'))).toHaveLength(1);
  });

  it('keeps the loaded model when another cannot be loaded', async () => {
    await expect(engine.load('/nowhere')).rejects.toMatchObject({ name: 'ChispaError' });
    expect((await engine.generate(request(1))).tokens.length).toBeGreaterThan(0);
  });

  it('refuses a model that has not been loaded', async () => {
    await expect(engine.generate({ ...request(1), model: '/nowhere' })).rejects.toMatchObject({
      code: 'model-not-loaded',
    });
  });

  it('passes on cancellation', async () => {
    const cancel = new AbortController();
    // Long enough to be still running when its first word arrives.
    const result = await engine.generate(
      { ...request(3, 240), minTokens: 240 },
      {
        signal: cancel.signal,
        onText: () => cancel.abort(),
      },
    );
    expect(result.finish).toBe('cancelled');
  });

  it('ignores the signals that a terminal sends to the whole process group', async () => {
    const pid = childPid();
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect((await engine.generate(request(1))).tokens.length).toBeGreaterThan(0);
    expect(childPid()).toBe(pid);
  });
});

describe('where the model runs', () => {
  it('is on the CPU for the same reason as before, after a process died that did not use a GPU', async () => {
    for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES']) vi.stubEnv(name, '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const choosing = await startEngine({ ...options, provider: 'auto', log });
    onTestFinished(() => choosing.close());
    await choosing.load(model);
    const placement = async () => (await choosing.measure())[0]?.placement;
    const before = await placement();
    expect(before?.reason).toBeDefined();
    process.kill(choosing.pid(model) ?? 0, 'SIGKILL');
    await choosing.generate(request(1, 8));
    const lost = { provider: 'cpu', reason: { why: 'failed' } }; // on a machine whose GPU is faster
    expect(await placement()).toEqual(before?.provider === 'cpu' ? before : lost);
  });
});

describe('the priority of the process', () => {
  it('is the configured one, even after a restart', async () => {
    const humble = await startEngine({ ...options, niceness: constants.priority.PRIORITY_LOW, log });
    onTestFinished(() => humble.close());
    await humble.load(model);
    const first = humble.pid(model) ?? 0;
    expect(getPriority(first)).toBe(constants.priority.PRIORITY_LOW);
    process.kill(first, 'SIGKILL');
    await humble.generate(request(1, 8));
    const second = humble.pid(model) ?? 0;
    expect(second).not.toBe(first);
    expect(getPriority(second)).toBe(constants.priority.PRIORITY_LOW);
  });
});

describe('closing', () => {
  it('rejects running requests and ends the process', async () => {
    const other = await startEngine({ ...options, log });
    await other.load(model);
    const pid = other.pid(model) ?? 0;
    expect(exists(pid)).toBe(true);
    const running = other.generate(request(1, 250));
    const rejected = expect(running).rejects.toMatchObject({ code: 'engine-closed' });
    await other.close();
    await rejected;
    expect(exists(pid)).toBe(false);
    await expect(other.generate(request(1))).rejects.toMatchObject({ code: 'engine-closed' });
  });

  it('keeps the runtime out of the parent, whose event loop it would block, and exits when the parent is killed', async () => {
    const parent = fork(compiledPath(fileURLToPath(new URL('./parent.ts', import.meta.url))), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [message] = (await Promise.race([once(parent, 'message'), once(parent, 'exit')])) as [
      ParentMessage,
    ];
    const child = message.engine ?? 0;
    expect(exists(child)).toBe(true);
    expect(message.libraries.filter((path) => path.includes('onnxruntime'))).toEqual([]);
    expect(readFileSync(`/proc/${child}/maps`, 'utf8')).toContain('libonnxruntime');
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => exists(child), { timeout: 30_000 }).toBe(false);
  });
});
