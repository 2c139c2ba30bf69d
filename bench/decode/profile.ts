import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDecoderSession } from '../../src/engine/decoder-session.ts';
import { createDecodeSession } from '../../src/engine/session.ts';
import type { InferenceSession } from '../../src/lib/onnxruntime.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { decodeSteps } from './engines/chispa-bare.ts';
import { benchFolder } from './peers.ts';
import { randomModel } from './random-model.ts';

// Where a decode step spends its time, according to onnxruntime's profiler, on a random model of gpt2-spanish's shape.
// Usage: npm run bench:profile [-- --precision q8 --batch 8 --threads 2 --tokens 64]

const { values } = parseArgs({
  options: {
    precision: { type: 'string', default: 'q8' },
    batch: { type: 'string', default: '8' },
    threads: { type: 'string', default: String(availableParallelism()) },
    tokens: { type: 'string', default: '64' },
  },
});
const precision = values.precision === 'fp32' || values.precision === 'q4' ? values.precision : 'q8';
const [batch, threads, tokens] = [values.batch, values.threads, values.tokens].map(Number) as [
  number,
  number,
  number,
];

/** One event of onnxruntime's profile; `dur` is in microseconds. */
interface ProfileEvent {
  cat: string;
  name: string;
  dur: number;
  args: { op_name?: string; node_index?: string };
}

const log = { info: console.error, warn: console.error };
const model = await openModelFolder(await randomModel(join(benchFolder, 'gpt2-spanish')));
const folder = await mkdtemp(join(tmpdir(), 'chispa-profile-'));
try {
  const profile = join(folder, 'ort');
  const options = { provider: 'cpu', precision, threads, log } as const;
  // Profiling itself takes time, so speed is measured in a session without it.
  const plain = await createDecodeSession(model, options);
  const milliseconds = await decode(plain);
  const session = await createDecodeSession(model, { ...options, profile });
  await decode(session);
  session.endProfiling();
  const [file = ''] = await readdir(folder);
  report(JSON.parse(await readFile(join(folder, file), 'utf8')), milliseconds); // written by onnxruntime
} finally {
  await rm(folder, { recursive: true });
}

/** Duration of the median step, in ms. */
async function decode(session: InferenceSession): Promise<number> {
  const steps: number[] = [];
  const decoder = createDecoderSession(session, model.config);
  await decodeSteps(decoder, model.config, { batch, decoder: 'sampling', tokens }, (ms) => steps.push(ms));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? Number.NaN;
}

function report(events: readonly ProfileEvent[], milliseconds: number): void {
  const run = sum(events.filter(({ name }) => name === 'model_run'));
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  const byOperation = new Map<string, ProfileEvent[]>();
  for (const event of kernels) {
    const name = event.args.op_name ?? '?';
    byOperation.set(name, [...(byOperation.get(name) ?? []), event]);
  }
  const shares = [...byOperation]
    .map(([name, own]) => ({ name, share: sum(own) / run }))
    .sort((a, b) => b.share - a.share);
  const processor = cpus()[0]?.model.trim();
  console.log(
    `${processor}, ${threads} threads, ${precision}, batch ${batch}, sampling: ${milliseconds.toFixed(2)} ms per step, load average ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log('| operation | share of the step |\n|---|---|');
  for (const { name, share } of shares.filter(({ share }) => share >= 0.005))
    console.log(`| ${name} | ${(100 * share).toFixed(1)} % |`);
  const rest = 1 - shares.reduce((total, { share }) => total + share, 0);
  console.log(`| between operations | ${(100 * rest).toFixed(1)} % |`);
}

function sum(events: readonly ProfileEvent[]): number {
  return events.reduce((total, { dur }) => total + dur, 0);
}
process.exit(0);
