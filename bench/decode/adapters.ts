import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAdapterStack } from '../../src/engine/adapter-stack.ts';
import type { DecoderSession } from '../../src/engine/decoder-session.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import { warmSession } from '../../src/engine/warm-session.ts';
import { peftConfig, peftTensors } from '../../src/finetuning/result/adapter.ts';
import { loraShapes } from '../../src/graph/trained-adapter.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { layoutOf } from '../../src/models/layouts.ts';
import { writeSafetensors } from '../../src/models/safetensors.ts';
import { DECODERS, promptIds } from './engines/engine.ts';
import { benchFolder } from './peers.ts';
import { randomModel } from './random-model.ts';

// What low-rank adapters add to a decode step of eight rows, on a random model of gpt2-spanish's shape: the graph
// without adapters and the one with them take turns, step by step.
// Usage: npm run bench:adapters [-- --precision q8 --threads 2 --steps 200 --rank 8 --targets attn.c_attn,mlp.c_fc]
// Default targets: PEFT's for GPT-2; `chispa train --mode lora` adapts every linear layer.

const { values } = parseArgs({
  options: {
    precision: { type: 'string', default: 'q8' },
    threads: { type: 'string', default: String(availableParallelism()) },
    steps: { type: 'string', default: '160' },
    rank: { type: 'string', default: '8' },
    targets: { type: 'string', default: 'attn.c_attn' },
  },
});
const targets = values.targets.split(',');
const BATCH = 8;
const TOKENS = 40; // steps before a batch starts over

const folder = await openModelFolder(await randomModel(join(benchFolder, 'gpt2-spanish')));
const precision = values.precision === 'fp32' || values.precision === 'q4' ? values.precision : 'q8';
const log = { info: console.error, warn: console.error };
const options = { provider: 'cpu', precision, threads: Number(values.threads), log } as const;
const adapters = await mkdtemp(join(tmpdir(), 'chispa-adapters-'));

/** Makes an adapter folder with small weights. */
async function adapter(which: number): Promise<string> {
  const path = join(adapters, String(which));
  const rank = Number(values.rank);
  const lora = { rank, alpha: 2 * rank, targets };
  const shapes = loraShapes(folder.config, lora);
  const views = new Map(
    [...shapes].map(([name, [rows = 0, columns = 0]]) => [
      name,
      Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * (which + 1.3)) * 0.01),
    ]),
  );
  await mkdir(path);
  await writeFile(
    join(path, 'adapter_config.json'),
    JSON.stringify(peftConfig(lora, 'random', layoutOf(folder.config))),
  );
  await writeSafetensors(
    join(path, 'adapter_model.safetensors'),
    peftTensors(views, shapes, layoutOf(folder.config)),
  );
  return path;
}

interface Variant {
  name: string;
  session: DecoderSession;
  /** The adapter of each row. */
  adapters: (string | undefined)[];
  milliseconds: number[];
}

async function adapted(name: string, count: number): Promise<Variant> {
  const stack = createAdapterStack(folder.config);
  const paths: string[] = [];
  for (let which = 0; which < count; which++) {
    const path = join(adapters, String(which));
    paths.push(path);
    await stack.hold(path);
  }
  const { session } = await warmSession(folder, options, stack);
  const ofRows = Array.from({ length: BATCH }, (_, row) => paths[row % Math.max(1, count)]);
  return { name, session, adapters: ofRows, milliseconds: [] };
}

function createRun({ session, adapters: ofRows, milliseconds }: Variant) {
  const rows = ofRows.map((adapter, row) => ({
    request: {
      seed: row,
      settings: DECODERS.sampling,
      ...(adapter !== undefined && { adapter }),
    },
    prompt: promptIds(row),
    tokens: [] as number[],
  }));
  let cache = createKvCache(folder.config, 32);
  return {
    async begin() {
      cache = createKvCache(folder.config, 32);
      for (const row of rows) {
        const own = createKvCache(folder.config, 32);
        own.add();
        const read = row.prompt.slice(0, -1);
        if (read.length > 0) await session.read(own, read, row.request.adapter);
        cache.add(own);
        row.tokens.length = 0;
      }
    },
    async step() {
      const start = performance.now();
      const chosen = await session.step(cache, rows);
      milliseconds.push(performance.now() - start);
      for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
    },
  };
}

try {
  for (let which = 0; which < BATCH; which++) await adapter(which);
  const { session } = await warmSession(folder, options);
  const none = Array<string | undefined>(BATCH).fill(undefined);
  const variants: Variant[] = [{ name: 'no adapters', session, adapters: none, milliseconds: [] }];
  for (const count of [1, 2, 4, 8]) variants.push(await adapted(`${count} adapters`, count));
  const runs = variants.map(createRun);
  for (let step = 0; step < Number(values.steps); step++) {
    if (step % TOKENS === 0) for (const run of runs) await run.begin();
    for (const run of runs) await run.step();
  }
  console.log(
    `${cpus()[0]?.model.trim()}, ${values.threads} threads, ${precision}, ${BATCH} rows, adapters of ${targets.join(', ')}, ${values.steps} interleaved steps, load average ${loadavg()[0]?.toFixed(1)}\n`,
  );
  console.log(`| adapters of rank ${values.rank} among the rows | ms per step | vs. none |`);
  console.log('|---|---|---|');
  const [plain] = variants;
  for (const { name, milliseconds } of variants) {
    // Ratios of adjacent steps: other load on the machine hits both.
    const ratio = median(milliseconds.map((time, i) => time / (plain?.milliseconds[i] ?? Number.NaN)));
    const label = name === 'no adapters' ? 'graph without them' : name.replace(' adapters', '');
    console.log(`| ${label} | ${median(milliseconds).toFixed(2)} | ${((ratio - 1) * 100).toFixed(1)} % |`);
  }
} finally {
  await rm(adapters, { recursive: true });
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}
process.exit(0);
