import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { parseConfig } from '../../src/models/config.ts';
import { float32Tensor, writeSafetensors } from '../../src/models/safetensors.ts';
import { expectedShapes } from '../../src/models/shapes.ts';
import { writeTinyModel } from '../finetuning/tiny-model.ts';
import { chispaTool } from '../setup/compiled.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 }); // slow on a busy machine; nothing here waits for time

const POSITIONS = 96;
const EOT = 256;
const SAMPLES = 5;
/** Weight of the right token: its logit is 10 to 15 above all others, so that sampling with top-p always chooses it. */
const CERTAINTY = 1.5;

const RECITED = 'Van dos peces por el mar y se muere el del medio.\n- ¿Y el otro?';
const LOOP = 'la '.repeat(POSITIONS);
const JOKES = [RECITED.toUpperCase(), '¿Qué le dice un pez a otro?', 'Nada.'];

const bytes = (text: string): number[] => [...Buffer.from(text)];

/** The next token at each position, from the model that says `text`: the text's bytes, then end-of-text. */
const said = (text: string): number[] => [...bytes(text), EOT].slice(0, POSITIONS);

/**
 * A GPT-2 that says one text, whatever it reads: embeddings, attention, and feed-forward layers are zero, every
 * position is a separate direction, and the head maps that direction to the text's byte there.
 */
async function modelThatSays(text: string, folder: string): Promise<string> {
  await writeTinyModel(folder, { n_positions: POSITIONS, n_embd: POSITIONS, tie_word_embeddings: false });
  const config = parseConfig(await readFile(join(folder, 'config.json'), 'utf8'), 'config.json');
  const tensors = [...expectedShapes(config)].map(([name, shape]) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    if (/ln_.*weight$/.test(name)) values.fill(1);
    if (name === 'wpe.weight') for (let i = 0; i < POSITIONS; i++) values[i * POSITIONS + i] = 1;
    if (name === 'lm_head.weight')
      for (const [position, token] of said(text).entries()) values[token * POSITIONS + position] = CERTAINTY;
    return float32Tensor(name === 'lm_head.weight' ? name : `transformer.${name}`, shape, values);
  });
  await writeSafetensors(join(folder, 'model.safetensors'), tensors);
  return folder;
}

/** The model's mean loss per token of `<eot> joke <eot>`, worked out by hand. */
function lossOf(text: string, jokes: readonly string[]): number {
  const mean = 1 / POSITIONS;
  const deviation = Math.sqrt(mean * (1 - mean) ** 2 + (1 - mean) * mean ** 2 + 1e-5); // of a one-hot vector
  let [loss, count] = [0, 0];
  for (const joke of jokes)
    for (const [position, token] of [...bytes(joke), EOT].entries()) {
      const logits = new Array<number>(257).fill(0);
      for (const [place, byte] of said(text).entries())
        logits[byte] = (logits[byte] ?? 0) + (CERTAINTY * (Number(place === position) - mean)) / deviation;
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      loss += Math.log(total) - (logits[token] ?? 0);
      count += 1;
    }
  return loss / count;
}

let folder: string;
let corpus: string;
let reciter: string;
let looper: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  await mkdir(join(folder, 'models'));
  corpus = join(folder, 'chistes.jsonl');
  await writeFile(corpus, JOKES.map((text) => JSON.stringify({ text })).join('\n'));
  reciter = await modelThatSays(RECITED, join(folder, 'models', 'reciter'));
  looper = await modelThatSays(LOOP, join(folder, 'models', 'looper'));
});
afterAll(() => rm(folder, { recursive: true }));

async function evaluate(...args: string[]) {
  const command = [chispaTool, 'evaluate', ...args];
  const child = spawn(process.execPath, [...command, '--corpus', corpus, '--samples', String(SAMPLES)], {
    cwd: packageRoot,
    env: { ...process.env, MODELS_DIR: join(folder, 'models'), THREADS: '1', NODE_NO_WARNINGS: '1' },
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      output[name] += chunk;
    });
  const [code] = await once(child, 'close');
  return { code, ...output };
}

/** Every figure of each model, counted by hand. */
const figures = () => ({
  reciter: {
    model: 'reciter',
    loss: expect.closeTo(lossOf(RECITED, JOKES), 4),
    perplexity: expect.closeTo(Math.exp(lossOf(RECITED, JOKES)), 0),
    // 15 words, with "el" three times and "y" twice; no pair or triple repeats, but all samples are the same.
    distinct1: expect.closeTo(12 / 15 / SAMPLES, 9),
    distinct2: expect.closeTo(1 / SAMPLES, 9),
    distinct3: expect.closeTo(1 / SAMPLES, 9),
    repetition: 0,
    recited: 1,
    selfEnding: 1,
    dialogueTurns: 1,
    questions: 1,
    medianWords: 16, // the dash counts as a word
    jokes: JOKES.length,
    samples: SAMPLES,
  },
  looper: {
    model: 'looper',
    loss: expect.closeTo(lossOf(LOOP, JOKES), 4),
    perplexity: expect.closeTo(Math.exp(lossOf(LOOP, JOKES)), 0),
    // 95 new tokens fit after the first one: 31 times "la " and a final "la".
    distinct1: expect.closeTo(1 / 32 / SAMPLES, 9),
    distinct2: expect.closeTo(1 / 31 / SAMPLES, 9),
    distinct3: expect.closeTo(1 / 30 / SAMPLES, 9),
    repetition: expect.closeTo(28 / 29, 9),
    recited: 0,
    selfEnding: 0,
    dialogueTurns: 0,
    questions: 0,
    medianWords: 32,
    jokes: JOKES.length,
    samples: SAMPLES,
  },
});

describe('chispa evaluate', () => {
  it('prints one JSON object with every figure', async () => {
    const { code, stdout } = await evaluate('--model', reciter, '--json');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual(figures().reciter);
  });

  it('compares two models, as JSON or as a table with a column for the corpus', async () => {
    const { code, stdout } = await evaluate('--compare', 'reciter', looper, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ models: [figures().reciter, figures().looper] });
    const table = (await evaluate('--compare', 'reciter', 'looper')).stdout;
    expect(table).toMatch(/reciter +looper +corpus/);
    expect(table).toMatch(/ends by itself +1 +0\b/);
    expect(table).toMatch(/recited +1 +0\b/);
    expect(table).toMatch(/median words +16 +32 +7\b/);
  });

  it('reads the jokes that must not be recited from another file, and reports what it cannot use', async () => {
    const training = join(folder, 'otros.jsonl');
    await writeFile(training, JSON.stringify({ text: 'Otra cosa que no tiene nada que ver con aquello.' }));
    const { stdout } = await evaluate('--model', 'reciter', '--training', training, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ recited: 0, selfEnding: 1 });
    const alone = await evaluate('--compare', 'reciter', '--json');
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('--compare takes two models')]);
    const absent = await evaluate('--model', 'nadie', '--json');
    expect([absent.code, absent.stdout]).toEqual([1, '']);
  });
});
