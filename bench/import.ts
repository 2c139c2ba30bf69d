import { fork } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../src/models/config.ts';
import { importFolder } from '../src/models/import/import-folder.ts';
import { expectedShapes } from '../src/models/shapes.ts';
import { writeTorchFile } from './torch-file.ts';

// The import of a GPT-2 of 124M half-precision parameters from a PyTorch pickle, compared with `cp` of its output.
// Usage: node --import tsx bench/import.ts [rounds]

const FIXTURE = fileURLToPath(new URL('../test/fixtures/gpt2-spanish/', import.meta.url));
const CONFIG = {
  model_type: 'gpt2',
  vocab_size: 50257,
  n_positions: 1024,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
};

interface Measured {
  /** From the process's start until its modules are loaded. */
  startSeconds: number;
  /** The import alone. */
  seconds: number;
  peakBytes: number;
}

/** Random bits with an exponent that is never all ones: finite half-precision numbers. */
function randomHalves(count: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 2));
  let state = count;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    words[i] = state & 0xbfff_bfff;
  }
  return new Uint8Array(words.buffer, 0, count * 2);
}

async function makeSource(folder: string): Promise<void> {
  await mkdir(folder);
  const config = JSON.stringify(CONFIG);
  await writeFile(join(folder, 'config.json'), config);
  for (const name of ['vocab.json', 'merges.txt', 'special_tokens_map.json', 'tokenizer_config.json'])
    await copyFile(join(FIXTURE, name), join(folder, name));
  await writeTorchFile(
    join(folder, 'pytorch_model.bin'),
    [...expectedShapes(parseConfig(config, 'bench'))].map(([name, shape]) => ({
      name: `transformer.${name}`,
      shape,
      bytes: () => randomHalves(shape.reduce((product, size) => product * size, 1)),
    })),
  );
}

/** Runs in a separate process, so that the peak memory is the import's. */
function importInChild(source: string, modelsDir: string): Promise<Measured> {
  const child = fork(fileURLToPath(import.meta.url), ['--child', source, modelsDir], {
    execArgv: ['--import', 'tsx'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', (measured: Measured) => resolve(measured));
    child.once('exit', (code) => reject(new Error(`the import ended with ${code}`)));
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function child(source: string, modelsDir: string): Promise<void> {
  const startSeconds = performance.now() / 1000; // `performance.now` counts from the process's start
  const seconds = await timed(() => importFolder(source, { modelsDir, name: 'bench' }));
  const peakBytes = process.resourceUsage().maxRSS * 1024; // maxRSS is in kilobytes
  process.send?.({ startSeconds, seconds, peakBytes } satisfies Measured);
}

async function main(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chispa-bench-'));
  try {
    await makeSource(join(folder, 'source'));
    const output = join(folder, 'models', 'bench', 'model.safetensors');
    const rows: { cp: number; start: number; import: number; peak: number }[] = [];
    for (let round = 0; round <= rounds; round++) {
      await rm(join(folder, 'models'), { recursive: true, force: true });
      const measured = await importInChild(join(folder, 'source'), join(folder, 'models'));
      const { size } = await stat(output);
      await rm(join(folder, 'copy'), { force: true });
      const cp = await timed(() => copyFile(output, join(folder, 'copy')));
      // The first round warms the caches.
      if (round > 0)
        rows.push({
          cp,
          start: measured.startSeconds,
          import: measured.seconds,
          peak: measured.peakBytes / size,
        });
    }
    const median = (of: (row: (typeof rows)[number]) => number) =>
      rows.map(of).sort((a, b) => a - b)[Math.floor(rows.length / 2)] ?? Number.NaN;
    console.log(`Import of 124M fp16 parameters (pytorch_model.bin), ${rounds} rounds, ${cpus()[0]?.model}`);
    console.table(
      rows.map((row) => ({
        'cp (s)': row.cp.toFixed(3),
        'import (s)': row.import.toFixed(3),
        'import / cp': (row.import / row.cp).toFixed(2),
        'process start (s)': row.start.toFixed(3),
        'peak / output': row.peak.toFixed(2),
      })),
    );
    console.log(`median: import / cp = ${median((row) => row.import / row.cp).toFixed(2)} (goal ≤ 6)`);
    console.log(
      `median: (process start + import) / cp = ${median((row) => (row.start + row.import) / row.cp).toFixed(2)}`,
    );
    console.log(`median: peak / output = ${median((row) => row.peak).toFixed(2)} (goal ≤ 1.5)`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [mode, source, modelsDir] = process.argv.slice(2);
if (mode === '--child' && source && modelsDir) await child(source, modelsDir);
else await main(Number(mode ?? 5));
