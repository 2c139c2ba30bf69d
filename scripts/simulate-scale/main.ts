import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderChart } from '../../src/lib/chart.ts';
import { table } from '../../src/lib/table.ts';
import { type Outcome, simulateDay } from './simulate.ts';

// How long people wait over a day, by the number of generators; docs/scale.md says where the figures come from.
// Usage: npm run simulate:scale -- --requests 400000 --workers 1,2,3 --chart scale.png

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '400000' },
    workers: { type: 'string', default: '1,2,3' },
    slots: { type: 'string', default: '8' },
    tokens: { type: 'string', default: '40' },
    /** Of a generator that writes 1, 2, … jokes together: gpt2-spanish at 8 bits on two cores (docs/decoding.md). */
    speeds: { type: 'string', default: '143,220,297,374,408,442,477,511' },
    chart: { type: 'string' },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const [requests, slots, tokens] = [values.requests, values.slots, values.tokens].map(Number);
if (
  ![requests, slots, tokens, ...numbers(values.workers), ...numbers(values.speeds)].every((n) => n && n > 0)
)
  throw new Error(
    'Every figure must be a number above 0, and lists are written with commas: --workers 1,2,3',
  );

const outcomes = numbers(values.workers).map((workers): [number, Outcome] => [
  workers,
  simulateDay({
    workers,
    requests: requests ?? 0,
    slots: slots ?? 0,
    tokens: tokens ?? 0,
    speeds: numbers(values.speeds),
    seed: 7,
  }),
]);
const seconds = (n: number) => n.toFixed(n < 10 ? 2 : 0);
const evening = 21;
process.stdout.write(
  `${table(
    [
      'generators',
      'slots busy',
      'wait at 21 h, median',
      '95 %',
      'joke at 21 h, 95 %',
      'wait of the day, 99 %',
      'longest',
    ],
    outcomes.map(([workers, { hours, busy, wait99, longest }]) => [
      String(workers),
      `${Math.round(100 * busy)}%`,
      ...[hours[evening]?.waitMedian, hours[evening]?.wait95, hours[evening]?.total95, wait99, longest].map(
        (n) => `${seconds(n ?? 0)} s`,
      ),
    ]),
  )}\n`,
);
if (values.chart) {
  const file = resolve(values.chart);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, chart(outcomes));
}

function chart(days: readonly [number, Outcome][]): Buffer {
  const colors = ['#e63946', '#f4a261', '#2a9d8f', '#3a86ff', '#8338ec'];
  return renderChart({
    type: 'line',
    data: {
      labels: Array.from({ length: 24 }, (_, hour) => `${hour} h`),
      datasets: days.map(([workers, { hours }], i) => ({
        label: `${workers} generator${workers === 1 ? '' : 's'}`,
        // A logarithm has no place for 0.
        data: hours.map(({ wait95 }) => Math.max(0.01, wait95)),
        borderColor: colors[i % colors.length] ?? 'black',
        backgroundColor: colors[i % colors.length] ?? 'black',
        pointRadius: 2,
      })),
    },
    options: {
      scales: {
        y: { type: 'logarithmic', title: { display: true, text: 'seconds until a slot is free, 95 %' } },
      },
    },
  });
}
