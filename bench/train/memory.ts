import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedJokes } from '../../src/finetuning/data/seed-jokes.ts';
import { prepareRun } from '../../src/finetuning/run/prepare.ts';
import { runOwner } from '../../src/finetuning/run/run-folder.ts';
import { trainRun } from '../../src/finetuning/run/train-run.ts';
import { RECIPE_DEFAULTS, type RecipeName, type TrainingSettings } from '../../src/finetuning/settings.ts';
import { memoryNeed } from '../../src/finetuning/step/memory-need.ts';
import { table } from '../../src/lib/table.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { GPT2_SPANISH, type ModelShape, randomModel, SHAPES } from '../decode/random-model.ts';

// The memory that runs of several sizes take, compared with what `chispa train` estimates before it starts, to
// calibrate the estimate. Each is a real run on the seed jokes that ends after its first step. Linux only.
// Usage: node --import tsx bench/train/memory.ts [name …]

const SMALL = { ...GPT2_SPANISH, vocab_size: 8192, n_positions: 512, n_embd: 256, n_layer: 6, n_head: 4, bos_token_id: 8191, eos_token_id: 8191 }; // biome-ignore format: one shape
const MIDDLE = { ...GPT2_SPANISH, vocab_size: 32_768, n_positions: 512, n_embd: 512, n_layer: 8, n_head: 8, bos_token_id: 32_767, eos_token_id: 32_767 }; // biome-ignore format: one shape
const LLAMA = { model_type: 'llama', vocab_size: 32_768, max_position_embeddings: 512, hidden_size: 512, intermediate_size: 1536, num_hidden_layers: 8, num_attention_heads: 8, num_key_value_heads: 4, tie_word_embeddings: true, bos_token_id: 32_767, eos_token_id: 32_767 }; // biome-ignore format: one shape

interface Case {
  name: string;
  shape: ModelShape;
  recipe: RecipeName;
  change?: Partial<TrainingSettings>;
}
const CASES: Case[] = [
  { name: '7M', shape: SMALL, recipe: 'chispa' },
  { name: '7M-lora', shape: SMALL, recipe: 'chispa', change: { mode: 'lora' } },
  { name: '42M', shape: MIDDLE, recipe: 'chispa' },
  { name: '42M-short', shape: MIDDLE, recipe: 'chispa', change: { maxLength: 128, batch: 8 } },
  { name: '42M-notebook', shape: MIDDLE, recipe: 'notebook' },
  { name: '42M-lora', shape: MIDDLE, recipe: 'chispa', change: { mode: 'lora' } },
  { name: '124M-split', shape: GPT2_SPANISH, recipe: 'chispa', change: { accumulate: 4 } },
  { name: '124M-notebook', shape: GPT2_SPANISH, recipe: 'notebook' },
  { name: '124M-lora', shape: GPT2_SPANISH, recipe: 'chispa', change: { mode: 'lora', batch: 2 } },
  { name: '124M', shape: GPT2_SPANISH, recipe: 'chispa' },
  { name: '42M-llama', shape: LLAMA, recipe: 'chispa' },
  { name: '42M-llama-lora', shape: LLAMA, recipe: 'chispa', change: { mode: 'lora' } },
  { name: '596M-lora', shape: SHAPES['qwen3-0.6b'], recipe: 'chispa', change: { mode: 'lora', batch: 1 } },
  {
    name: '596M-lora-short',
    shape: SHAPES['qwen3-0.6b'],
    recipe: 'chispa',
    change: { mode: 'lora', batch: 4, maxLength: 128 },
  },
];

const wanted = process.argv.slice(2);
const jokes = seedJokes()
  .slice(0, 60)
  .map((joke) => ({ ...joke, themes: [] }));
const rows: string[][] = [];
for (const it of CASES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const folder = await mkdtemp(join(tmpdir(), 'chispa-memory-'));
  try {
    const base = await randomModel(join(folder, 'base'), it.shape);
    const settings = { ...RECIPE_DEFAULTS[it.recipe], ...it.change };
    const need = memoryNeed((await openModelFolder(base)).config, settings);
    const peak = await peakOf(base, folder, settings);
    const numbers = [need / 1e9, peak / 1e9, need / peak];
    rows.push([it.name, ...numbers.map((value) => value.toFixed(2))]);
    console.error(rows.at(-1)?.join('  '));
  } finally {
    await rm(folder, { recursive: true });
  }
}
console.log(table(['run', 'estimate GB', 'peak GB', 'estimate / peak'], rows));

/** Peak resident memory of the training process, in bytes. */
async function peakOf(base: string, modelsDir: string, settings: TrainingSettings): Promise<number> {
  const run = await prepareRun({ base, modelsDir, name: 'run', jokes, corpus: 'seed jokes', settings, threads: 1, minutes: 1e-6 }); // biome-ignore format: one call
  let peak = 0;
  const watch = setInterval(async () => {
    const pid = runOwner(run);
    if (pid === undefined) return;
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
    } catch {
      // The process has just exited.
    }
  }, 50);
  await trainRun(run).finally(() => clearInterval(watch));
  return peak;
}
