import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { someJokes, writeTinyModel } from '../finetuning/tiny-model.ts';
import { chispaTool } from '../setup/compiled.ts';

let folder: string;
let base: string;
let corpus: string;
let modelsDir: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  modelsDir = join(folder, 'models');
  base = await writeTinyModel(join(folder, 'tiny'));
  corpus = join(folder, 'chistes.jsonl');
  const lines = someJokes(100).map(({ text, themes }) => JSON.stringify({ text, keywords: themes.join() }));
  await writeFile(corpus, lines.join('\n'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface Command {
  child: ChildProcess;
  /** Resolves with the first matching event. */
  event(matches: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  ended: Promise<{ code: number | null; events: Record<string, unknown>[]; stderr: string }>;
}

/** Runs `chispa …`; `shell` runs before it in the same shell, to set limits. */
function chispa(args: readonly string[], shell = ''): Command {
  const env = { ...process.env, MODELS_DIR: modelsDir, THREADS: '1', NODE_NO_WARNINGS: '1' };
  const command = [process.execPath, chispaTool, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('bash', ['-c', `${shell} exec ${command}`], { cwd: packageRoot, env });
  children.push(child);
  const events: Record<string, unknown>[] = [];
  const waiting: (() => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line));
    for (const wake of waiting) wake();
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, events, stderr }));
  return {
    child,
    ended,
    event: (matches) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find(matches);
          if (found) resolve(found);
        };
        waiting.push(look);
        look();
        void ended.then(({ stderr }) => reject(new Error(`it ended without that event: ${stderr}`)));
      }),
  };
}

const trainArgs = (name: string) =>
  ['train', '--json', '--model', base, '--corpus', corpus, '--name', name].concat(
    '--epochs 12 --learning-rate 0.005 --batch 1 --patience 0 --checkpoint 5'.split(' '),
  );
const weights = (name: string) => readFile(join(modelsDir, name, 'model.safetensors'));
const lockedBy = async (name: string) =>
  Number.parseInt(await readFile(join(modelsDir, '.runs', name, 'lock'), 'utf8'), 10);

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('chispa train', () => {
  it('ends bit for bit the same after ^C, a killed trainer, and a killed command', {
    timeout: 120_000,
  }, async () => {
    const whole = chispa(trainArgs('entero'));

    const interrupted = chispa(trainArgs('partes'));
    await interrupted.event(({ event, step }) => event === 'step' && step === 7);
    interrupted.child.kill('SIGINT');
    const first = await interrupted.ended;
    expect(first.code).toBe(130);
    expect(first.stderr).toContain('chispa train --resume partes');

    const trainerKilled = chispa(['train', '--json', '--resume', 'partes']);
    await trainerKilled.event(({ event, step }) => event === 'step' && Number(step) >= 20);
    process.kill(await lockedBy('partes'), 'SIGKILL');
    const second = await trainerKilled.ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('The training process ended unexpectedly (SIGKILL');

    const commandKilled = chispa(['train', '--json', '--resume']);
    const start = await commandKilled.event(({ event }) => event === 'start');
    expect(Number(start.resumedAt)).toBeGreaterThan(7);
    await commandKilled.event(({ event, step }) => event === 'step' && Number(step) >= 40);
    const trainer = await lockedBy('partes');
    commandKilled.child.kill('SIGKILL');
    await gone(trainer); // the trainer does not outlive the command

    const last = await chispa(['train', '--json', '--resume', 'partes']).ended;
    expect(last.code).toBe(0);
    const { code, events } = await whole.ended;
    expect(code).toBe(0);
    const done = events.at(-1);
    expect(done).toMatchObject({ event: 'done', model: join(modelsDir, 'entero') });
    expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(12);
    expect(events[0]).toMatchObject({ event: 'start', jokes: 100 });
    expect(Buffer.compare(await weights('partes'), await weights('entero'))).toBe(0);
  });

  it('reports a full disk, and keeps what it had', { timeout: 120_000 }, async () => {
    // 100 blocks of 1 KiB: the snapshot fits, but a checkpoint of 130 kB does not.
    const { code, stderr } = await chispa(trainArgs('lleno'), 'ulimit -f 100;').ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/The disk has no room for .*lleno.*make room, then continue with --resume/);
    expect((await chispa(['train', '--json', '--resume', 'lleno']).ended).code).toBe(0);
  });

  it('reports usage errors', { timeout: 60_000 }, async () => {
    const wrong = ['--recipe otro', '--learning-rate mucho'].map((flags) =>
      chispa(['train', ...flags.split(' ')]),
    );
    expect((await Promise.all(wrong.map(({ ended }) => ended))).map(({ code }) => code)).toEqual([2, 2]);
    const missing = await chispa(['train', '--corpus', join(folder, 'nada.csv')]).ended;
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no such file')]);
  });
});
