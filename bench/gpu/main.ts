import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { env } from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeQuantized } from '../../src/engine/quantized-file.ts';
import { RECIPE_DEFAULTS } from '../../src/finetuning/settings.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { type ModelConfig, parseConfig } from '../../src/models/config.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import { randomModel } from '../decode/random-model.ts';
import { measureKernels } from './profile.ts';
import { type Case, GPU_SHAPES, type Measurement } from './shapes.ts';
import { type Ceilings, table } from './table.ts';
import { measureTraining } from './training.ts';
import { measureDecode, openShape, probeAdapter } from './webgpu.ts';

/**
 * Decoding and training speed on a GPU: Chispa on WebGPU beside PyTorch, on the same random weights, in one run, and where
 * a step's time goes. Every case has its own process and a time limit, and its lines are written as they come, so that
 * whatever fails costs only itself.
 *
 *     npm run bench:gpu -- --out FOLDER [--seconds 300] [--shapes gpt2-spanish,qwen3-0.6b]
 *     npm run bench:gpu -- --pack FILE     an archive that does the same on a machine with an NVIDIA driver
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: '.cache/bench/gpu' },
    models: { type: 'string', default: '.cache/bench/gpu/models' },
    seconds: { type: 'string', default: '300' },
    shapes: { type: 'string', default: 'gpt2-spanish,qwen3-0.6b' },
    steps: { type: 'string', default: '96' },
    python: { type: 'string', default: 'python3' },
    pack: { type: 'string' },
  },
});
const self = fileURLToPath(import.meta.url);
const models = resolve(values.models);
const started = performance.now();
const seconds = () => (performance.now() - started) / 1000;
const left = () => Number(values.seconds) - seconds();

const [command, argument = ''] = positionals;
if (values.pack) {
  const { pack } = await import('./pack.ts');
  await pack(resolve(values.pack));
} else if (command === 'probe') {
  const { half, milliseconds } = await probeAdapter();
  console.log(
    `WebGPU adapter: yes, half precision: ${half ? 'yes' : 'no'}, found in ${milliseconds.toFixed(0)} ms`,
  );
} else if (command === 'weights') await randomModel(join(models, argument), GPU_SHAPES[argument]);
else if (command === 'quantize') await quantizeModel(argument);
else if (command === 'case') {
  const it = JSON.parse(argument) as Case; // written by `measure` below
  const measure = it.profile ? measureKernels : it.decoder === 'train' ? measureTraining : measureDecode;
  await measure(await openShape(models, it.shape), it, (line) => console.log(JSON.stringify(line)));
} else await measureAll();
process.exit(process.exitCode ?? 0); // onnxruntime's device can keep the process alive

async function quantizeModel(argument: string): Promise<void> {
  const [shape = '', precision] = argument.split(':');
  const folder = await openShape(models, shape);
  const target = join(folder.path, '.cache', `${folder.sha256.slice(0, 16)}.${precision}.safetensors`);
  mkdirSync(join(folder.path, '.cache'), { recursive: true });
  await writeQuantized(folder, precision === 'q4' ? 'q4' : 'q8', target);
}

function child(command: string, argument = ''): ChildProcess {
  const own = [...process.execArgv, self, command, argument, '--models', models];
  return spawn(process.execPath, own, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The lines that a child prints; ends it after `limit` seconds. Rejects unless it ends by itself. */
async function linesOf(process: ChildProcess, limit: number, onLine: (line: string) => void): Promise<void> {
  const ended = once(process, 'close');
  const timer = setTimeout(() => process.kill('SIGKILL'), 1000 * limit);
  if (process.stdout) createInterface({ input: process.stdout }).on('line', onLine);
  const [code, signal] = await ended;
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(signal ? `ended by ${signal} after at most ${limit} s` : `ended with ${code}`);
}

async function measureAll(): Promise<void> {
  const out = resolve(values.out);
  mkdirSync(out, { recursive: true });
  mkdirSync(models, { recursive: true });
  const results: Measurement[] = [];
  let ceilings: Ceilings | undefined;
  const parameters: Record<string, number> = {};
  const say = (text: string) => console.log(`[${seconds().toFixed(0)} s] ${text}`);
  const note = (line: Measurement & { ceilings?: Ceilings }) => {
    appendFileSync(join(out, 'results.jsonl'), `${JSON.stringify(line)}\n`);
    say(JSON.stringify(line));
    if (line.ceilings) ceilings = line.ceilings;
    else if (line.shape) results.push(line);
    writeFileSync(join(out, 'table.md'), table(results, ceilings, parameters));
  };

  await linesOf(child('probe'), 20, say).catch((error: unknown) =>
    say(`WebGPU adapter: NONE (${String(error)})`),
  );

  const shapes = values.shapes.split(',');
  const torch = startTorch(say);
  const ready: Record<string, Promise<void>> = {};
  for (const shape of shapes) {
    const make = (command: string, argument: string) => linesOf(child(command, argument), 150, say);
    const weights = make('weights', shape).then(() => say(`${shape}: weights are made`));
    ready[shape] = weights;
    ready[`${shape}:q8`] = weights.then(() => make('quantize', `${shape}:q8`));
    for (const waiting of Object.values(ready)) waiting.catch(() => {}); // reported by those that need it
    const config = parseConfig(JSON.stringify(GPU_SHAPES[shape]), shape);
    parameters[shape] = countOf(config);
  }

  for (const it of plan(shapes)) {
    if ('ceilings' in it) {
      await torch.ask(it, 30, note).catch((error: unknown) => say(String(error)));
      continue;
    }
    const { batches, ...about } = it;
    if (left() < 8) {
      note({ ...about, note: 'no time left' });
      continue;
    }
    const limit = Math.min(left(), it.variant === 'compiled' ? 75 : 45);
    try {
      await ready[it.shape];
      if (it.precision === 'q8') await ready[`${it.shape}:q8`];
      if (it.engine === 'torch') await torch.ask(it, limit, note);
      else await linesOf(child('case', JSON.stringify(it)), limit, (line) => note(JSON.parse(line)));
    } catch (error) {
      note({ ...about, note: String(error).slice(0, 300) });
    }
  }
  torch.close();
  console.log(`\n${readFileSync(join(out, 'table.md'), 'utf8')}`);
  say('done');
}

/** Parameters of a model. */
function countOf(config: ModelConfig): number {
  const shapes = [...layoutOf(config).shapes.values()];
  return shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** The cases, the most important ones first. */
function plan(shapes: readonly string[]): (Case | { ceilings: true })[] {
  const steps = Number(values.steps);
  const all = [1, 8, 32, 128];
  const [first = '', ...others] = shapes;
  const webgpu = (shape: string, precision: string, more: Partial<Case> = {}): Case => ({
    ...{ shape, engine: 'webgpu', precision, batches: all, decoder: 'greedy', steps },
    ...more,
  });
  const torch = (shape: string, precision: string, more: Partial<Case> = {}): Case => ({
    ...{ shape, engine: 'torch', precision, variant: 'eager', batches: all, decoder: 'greedy', steps },
    ...more,
  });
  const few = { batches: [1, 8, 32] };
  const some = { batches: [1, 32] };
  const bot: Partial<Case> = { ...some, decoder: 'bot' };
  const compiled: Partial<Case> = { ...some, variant: 'compiled' };
  const profile: Partial<Case> = { ...some, steps: Math.min(16, steps), profile: true };
  const training: Partial<Case> = {
    decoder: 'train',
    batches: [1, 8],
    steps: Math.min(16, steps),
    length: 256,
  };
  const { rank, alpha } = RECIPE_DEFAULTS.chispa;
  const lora: Partial<Case> = { ...training, lora: { rank, alpha } };
  return [
    webgpu(first, 'fp16'),
    { ceilings: true },
    torch(first, 'bfloat16'),
    webgpu(first, 'q8'),
    webgpu(first, 'fp32', training),
    webgpu(first, 'fp32', lora),
    torch(first, 'bfloat16', training),
    torch(first, 'float32', training),
    torch(first, 'bfloat16', lora),
    torch(first, 'float32', lora),
    webgpu(first, 'fp16', profile),
    webgpu(first, 'fp32'),
    torch(first, 'float32'),
    webgpu(first, 'fp16', bot),
    torch(first, 'bfloat16', bot),
    ...others.flatMap((shape) => [
      webgpu(shape, 'fp16', few),
      torch(shape, 'bfloat16', few),
      webgpu(shape, 'q8', few),
      webgpu(shape, 'fp32', { ...lora, batches: [1] }),
      torch(shape, 'bfloat16', { ...lora, batches: [1] }),
    ]),
    webgpu(first, 'fp16', { ...profile, decoder: 'bot' }),
    webgpu(first, 'fp32', { ...training, ...profile, batches: [8], decoder: 'train' }),
    torch(first, 'bfloat16', compiled),
    torch(first, 'float32', compiled),
    torch(first, 'bfloat16', { ...training, variant: 'compiled', batches: [8] }),
  ];
}

/** PyTorch in its own process, started early: importing it takes seconds. */
function startTorch(say: (text: string) => void) {
  const script = join(packageRoot, 'bench/gpu/torch_peer.py');
  const { TORCH_LD_LIBRARY_PATH: libraries = env.LD_LIBRARY_PATH } = env; // the archive sets it for WebGPU alone
  const process = spawn(values.python, ['-u', script, models], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...env, LD_LIBRARY_PATH: libraries },
  });
  let onLine: (line: string) => void = () => {};
  let failure: string | undefined;
  process.on('error', (error) => {
    failure = String(error);
  });
  process.on('close', (code) => {
    failure ??= `PyTorch ended with ${code}`;
    onLine('{"done":true}');
  });
  process.stdin.on('error', () => {}); // reported as its end
  createInterface({ input: process.stdout }).on('line', (line) => {
    if (line.includes('"ready"')) say(`PyTorch: ${line}`);
    else onLine(line);
  });
  return {
    /** Hands over a case and passes on the lines of its results. Ends PyTorch for good if it takes too long. */
    ask: (it: Case | { ceilings: true }, limit: number, note: (line: Measurement) => void): Promise<void> =>
      new Promise((done, fail) => {
        if (failure) return fail(new Error(failure));
        const timer = setTimeout(() => {
          failure = `PyTorch took more than ${limit.toFixed(0)} s`;
          process.kill('SIGKILL');
        }, 1000 * limit);
        onLine = (line) => {
          if (!line.startsWith('{')) return;
          const answer = JSON.parse(line) as Measurement & { done?: boolean };
          if (!answer.done) return note(answer);
          clearTimeout(timer);
          if (failure) fail(new Error(failure));
          else done();
        };
        process.stdin.write(`${JSON.stringify(it)}\n`);
      }),
    close: () => process.kill('SIGKILL'),
  };
}
