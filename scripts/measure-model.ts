import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { mentions } from '../corpus/house-problems.ts';
import { houseJokes } from '../src/corpus/house.ts';
import { readJokes } from '../src/corpus/read.ts';
import { startEngine } from '../src/engine/client.ts';
import { seedJokes } from '../src/finetuning/data/seed-jokes.ts';
import { copiesOf } from '../src/finetuning/measure/copies.ts';
import { natsPerByte } from '../src/finetuning/measure/evaluate.ts';
import { tellJokes } from '../src/finetuning/measure/tell.ts';
import { jokeFigures } from '../src/finetuning/measure/text-figures.ts';
import { createLog } from '../src/lib/log.ts';
import { openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';

// npm run models:measure -- [FOLDER] [--known FILE …] [--samples 1000] [--seeds 200]
// Measures what a model tells unprompted at the bot's default settings: whether it ends, what it recites or copies of the
// jokes it was trained on (`--known`, besides the house jokes), how often a requested theme occurs, how well it knows the
// held-out house jokes, and 20 unselected jokes.

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    known: { type: 'string', multiple: true, default: [] },
    samples: { type: 'string', default: '1000' },
    seeds: { type: 'string', default: '200' },
    precision: { type: 'string', default: 'q8' },
  },
});
/** Keywords of the seed jokes and the grammar, some frequent and some rare. */
const THEMES = ['abuela', 'jefe', 'dentista', 'profesor', 'gato', 'pez', 'robot', 'nevera'];
const SHOWN = 20;

const folder = positionals[0] ?? bundledModelPath;
const engine = await startEngine({
  provider: 'cpu',
  precision: values.precision === 'fp32' ? 'fp32' : 'q8',
  slots: 16,
  threads: cpus().length,
  log: createLog('warn'),
});
try {
  const loaded = await engine.load(folder);
  const told = await tellJokes(engine, loaded, { count: Number(values.samples) });
  const texts = told.map(({ text }) => text);
  const known: string[] = [];
  for (const { text } of seedJokes()) known.push(text);
  for (const file of values.known) for (const { text } of (await readJokes(file)).jokes) known.push(text);
  const figures = jokeFigures(told, known);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  console.log(`${told.length} jokes, ${values.precision}, at the bot's default settings, untrimmed`);
  console.log(`end by themselves   ${percent(figures.selfEnding)}`);
  console.log(`recite              ${percent(figures.recited)} (of ${known.length} jokes)`);
  const copies = copiesOf(texts, known).filter(Boolean).length / texts.length;
  console.log(`copy a whole joke   ${percent(copies)}`);
  console.log(`begin with a theme  ${texts.filter((text) => text.startsWith('Tema:')).length}`);
  console.log(
    `distinct-1, -2, -3  ${[figures.distinct1, figures.distinct2, figures.distinct3].map((d) => d.toFixed(3)).join(', ')}`,
  );
  console.log(`repetition          ${figures.repetition.toFixed(3)}`);
  console.log(`words, median       ${figures.medianWords}`);

  const heldOut = houseJokes()
    .filter((joke) => joke.heldOut)
    .map(({ text }) => text);
  const nats = await natsPerByte(await openModelFolder(folder), heldOut, cpus().length);
  console.log(`held-out jokes      ${nats.toFixed(3)} nats per byte (${heldOut.length} jokes)`);

  const seeds = Number(values.seeds);
  const without = texts.slice(0, seeds);
  console.log(`\ntheme          with  without  (of ${seeds} jokes)`);
  let [all, none] = [0, 0];
  for (const theme of THEMES) {
    const with_ = (await tellJokes(engine, loaded, { count: seeds, prompt: { kind: 'joke', theme } })).map(
      ({ text }) => text,
    );
    const count = (list: readonly string[]) => list.filter((text) => mentions(text, theme)).length;
    all += count(with_);
    none += count(without);
    console.log(
      `${theme.padEnd(12)} ${String(count(with_)).padStart(6)}  ${String(count(without)).padStart(7)}`,
    );
  }
  console.log(
    `together ${String(all).padStart(10)}  ${String(none).padStart(7)}  ${(all / Math.max(1, none)).toFixed(1)} times as often`,
  );

  console.log(`\nThe first ${SHOWN}:\n`);
  for (const text of texts.slice(0, SHOWN)) console.log(`> ${text.replaceAll('\n', '  \n> ')}\n`);
} finally {
  await engine.close();
}
