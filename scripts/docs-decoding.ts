// npm run docs:decoding [-- FOLDER]: draws the pictures of docs/decoding.md with the bundled model: what temperature and
// topP do to the next token, and what exploring costs. Needs no network and about two minutes.
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import type { ChartConfiguration } from 'chart.js';
import { foldedWords } from '../src/corpus/words.ts';
import { startEngine } from '../src/engine/client.ts';
import type { GenerationResult } from '../src/engine/engine.ts';
import { renderChart } from '../src/lib/chart.ts';
import { distinct } from '../src/lib/diversity.ts';
import { createLog } from '../src/lib/log.ts';
import { packageRoot } from '../src/lib/paths.ts';
import { type DecoderSettings, NEUTRAL_DEFAULTS } from '../src/lib/settings.ts';
import { openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';

const BEGINNING = '- Doctor, me siento como un';
const SHOWN = 12;
const TEMPERATURES = [0.5, 1, 1.5];
const COLORS = ['#4a6fa5', '#d9822b', '#4f9d69'];
/** Where each line's points are named, in pixels from them. */
const OFFSETS = [
  { x: -44, y: 18 },
  { x: 6, y: -10 },
  { x: 8, y: 18 },
];
const JOKES = 200;

const folder = resolve(process.argv[2] ?? join(packageRoot, 'docs/images'));
const { config, tokenizer } = await openModelFolder(bundledModelPath);
const engine = await startEngine({
  ...{ provider: 'cpu', precision: 'fp32', slots: 16, threads: cpus().length },
  log: createLog('warn'),
});
try {
  const { model } = await engine.load(bundledModelPath);
  await writeFile(join(folder, 'decoding-temperature.png'), renderChart(await temperatureChart(model)));
  await writeFile(join(folder, 'decoding-exploration.png'), renderChart(await explorationChart(model)));
} finally {
  await engine.close();
}

/** The likeliest next tokens at three temperatures; those outside the nucleus of 0.9 at temperature 1 are marked. */
async function temperatureChart(model: string): Promise<ChartConfiguration> {
  const tokens = [config.start, ...tokenizer.encode(BEGINNING)];
  const [step] = await engine.inspect({ model, tokens, from: tokens.length, top: config.vocabSize });
  const all = step?.choices ?? [];
  const nucleus = 1 + all.findIndex((_, i) => all.slice(0, i + 1).reduce((sum, { p }) => sum + p, 0) >= 0.9);
  const labels = all.slice(0, SHOWN).map(({ id }) => JSON.stringify(tokenizer.tokenText(id)));
  return {
    type: 'bar',
    data: {
      labels,
      datasets: TEMPERATURES.map((temperature, i) => {
        const weights = all.map(({ p }) => p ** (1 / temperature));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const rest = weights.slice(SHOWN).reduce((sum, weight) => sum + weight, 0) / total;
        return {
          label: `temperature ${temperature} (all others together ${(100 * rest).toFixed(0)} %)`,
          data: weights.slice(0, SHOWN).map((weight) => (100 * weight) / total),
          backgroundColor: COLORS[i] as string, // as many colors as temperatures
        };
      }),
    },
    options: {
      plugins: {
        title: {
          ...{ display: true, font: { size: 18 } },
          text: `After “${BEGINNING}”: topP 0.9 at temperature 1 keeps ${nucleus} of ${config.vocabSize} tokens`,
        },
        legend: { position: 'bottom' },
      },
      scales: { y: { title: { display: true, text: 'probability of the next token, %' } } },
    },
  };
}

/**
 * Diversity against likelihood: distinct-2 of 200 jokes, and how likely the model finds each of their tokens (geometric
 * mean). One line turns greedy into sampling by ε, one by the temperature, one by topP.
 */
async function explorationChart(model: string): Promise<ChartConfiguration> {
  const sweeps: Record<string, { label: string; settings: Partial<DecoderSettings> }[]> = {
    'ε from 1 (greedy) to 0': [1, 0.9, 0.75, 0.5, 0.25, 0].map((epsilon) => ({
      ...{ label: `ε ${epsilon}`, settings: { decoder: 'epsilon-greedy', epsilon } },
    })),
    'temperature from 0.2 to 1.5': [0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5].map((temperature) => ({
      ...{ label: `T ${temperature}`, settings: { decoder: 'sampling', temperature } },
    })),
    'topP from 0.3 to 0.9': [0.3, 0.6, 0.9].map((topP) => ({
      ...{ label: `topP ${topP}`, settings: { decoder: 'sampling', topP } },
    })),
  };
  const lines: { label: string; names: string[]; data: Point[] }[] = [];
  for (const [label, sweep] of Object.entries(sweeps)) {
    const data: Point[] = [];
    for (const { settings } of sweep) data.push(await figuresOf(model, settings));
    lines.push({ label, names: sweep.map(({ label: name }) => name), data });
    process.stderr.write(`${label}: ${JSON.stringify(data)}\n`);
  }
  return {
    type: 'scatter',
    data: {
      datasets: lines.map(({ label, data }, i) => ({
        ...{ label, data, showLine: true, pointRadius: 5 },
        ...{ borderColor: COLORS[i] as string, backgroundColor: COLORS[i] as string }, // as many colors as lines
      })),
    },
    options: {
      plugins: {
        title: {
          display: true,
          font: { size: 18 },
          text: 'Exploiting and exploring: 200 jokes at each setting',
        },
        legend: { position: 'bottom' },
      },
      scales: {
        x: { title: { display: true, text: 'variety: distinct-2 of the words' } },
        y: { title: { display: true, text: 'likelihood of a token, geometric mean' } },
      },
    },
    plugins: [
      {
        id: 'names',
        afterDatasetsDraw: (chart) => {
          chart.ctx.fillStyle = '#222';
          for (const [i, { names }] of lines.entries())
            for (const [k, { x, y }] of chart.getDatasetMeta(i).data.entries())
              chart.ctx.fillText(names[k] ?? '', x + (OFFSETS[i]?.x ?? 0), y + (OFFSETS[i]?.y ?? 0));
        },
      },
    ],
  };
}

interface Point {
  x: number;
  y: number;
}

async function figuresOf(model: string, changed: Partial<DecoderSettings>): Promise<Point> {
  const settings = { ...NEUTRAL_DEFAULTS, ...changed, maxTokens: 128 };
  const told: GenerationResult[] = await Promise.all(
    Array.from({ length: JOKES }, (_, seed) =>
      engine.generate({ model, prompt: { kind: 'joke' }, settings, seed }),
    ),
  );
  let nats = 0;
  let count = 0;
  for (const { promptTokens, tokens } of told) {
    const steps = await engine.inspect({
      ...{ model, tokens: [...promptTokens, ...tokens], from: promptTokens.length, top: 1 },
    });
    for (const { chosen } of steps)
      if (chosen) {
        nats -= Math.log(chosen.p);
        count++;
      }
  }
  return {
    x:
      distinct(
        told.map(({ text }) => foldedWords(text)),
        2,
      ) ?? 0,
    y: Math.exp(-nats / count),
  };
}
