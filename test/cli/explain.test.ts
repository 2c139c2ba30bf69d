import { expect, it } from 'vitest';
import { stepsCsv, stepsTable } from '../../src/cli/generate/explain.ts';
import { explain } from '../../src/engine/explain.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { loadTokenizer } from '../../src/models/tokenizer.ts';

const tokenizer = await loadTokenizer(bundledModelPath);
const tokens = tokenizer.encode('Había una vez, y\n"así"');
const steps = explain(
  tokens,
  tokens.slice(1).map((id, i) => ({
    position: i + 1,
    choices: [
      { id, p: 0.5 },
      { id: 0, p: 0.25 },
    ],
    chosen: { id, p: 0.5 },
  })),
  tokenizer,
);

it('shows the text so far, the choices, and the chosen token at each step', () => {
  expect(steps.map(({ input }) => input).slice(0, 3)).toEqual(['Había', 'Había una', 'Había una vez']);
  expect(steps[0]).toEqual({
    input: 'Había',
    chosen: { id: tokens[1], text: ' una', p: 0.5 },
    choices: [
      { id: tokens[1], text: ' una', p: 0.5 },
      { id: 0, text: '!', p: 0.25 },
    ],
  });
});

it('has no row for the position after the last token', () => {
  expect(explain(tokens, [{ position: tokens.length, choices: [{ id: 0, p: 1 }] }], tokenizer)).toEqual([]);
});

it('marks the chosen token in the table, which no line break can garble', () => {
  const lines = stepsTable(steps).split('\n');
  expect(lines).toHaveLength(steps.length + 1);
  expect(lines[1]).toMatch(/^0 +Había +una \(0\.5000\) +\[ una \(0\.5000\)\] +! \(0\.2500\)$/);
  expect(stepsTable(steps)).toContain('⏎');
});

it('quotes CSV fields where needed', () => {
  const csv = stepsCsv(steps, { seed: 7 });
  expect(csv).toMatch(
    /^seed,step,input,chosen,Choice #1,Choice #2\r\n7,0,Había, una \(0\.5000\), una \(0\.5000\),! \(0\.2500\)\r\n/,
  );
  expect(csv).toContain('"Había una vez, y\n""');
  expect(stepsCsv(steps, { seed: 7 }, { header: false })).toBe(csv.slice(csv.indexOf('\r\n') + 2));
});
