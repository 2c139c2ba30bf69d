import type { ExplainedStep, ExplainedToken } from '../../engine/explain.ts';
import { columns } from '../output/text.ts';

/** Characters of the end of the input shown in each row of the table. */
const INPUT_WIDTH = 28;

/** The notebook's table for a terminal: one row per step, with the chosen token in brackets. */
export function stepsTable(steps: readonly ExplainedStep[]): string {
  const header = ['', 'input', 'chosen', ...(steps[0]?.choices ?? []).map((_, i) => `#${i + 1}`)];
  const rows = steps.map(({ input, chosen, choices }, i) => [
    String(i),
    lastOf(visible(input)),
    cell(chosen),
    ...choices.map((choice) => (choice.id === chosen.id ? `[${cell(choice)}]` : cell(choice))),
  ]);
  return columns([header, ...rows]);
}

/** The same for a spreadsheet (RFC 4180), with complete inputs; `labels` are columns before it. */
export function stepsCsv(
  steps: readonly ExplainedStep[],
  labels: Readonly<Record<string, string | number>>,
  { header = true }: { header?: boolean } = {},
): string {
  const choices = (steps[0]?.choices ?? []).map((_, i) => `Choice #${i + 1}`);
  const names = [...Object.keys(labels), 'step', 'input', 'chosen', ...choices];
  const rows = steps.map((step, i) => [
    ...Object.values(labels),
    i,
    step.input,
    csvCell(step.chosen),
    ...step.choices.map(csvCell),
  ]);
  return [...(header ? [names] : []), ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

const csvCell = ({ text, p }: ExplainedToken) => `${text} (${p.toFixed(4)})`;
const cell = ({ text, p }: ExplainedToken) => `${visible(text)} (${p.toFixed(4)})`;
const quoted = (value: string | number) =>
  /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
const lastOf = (text: string) => (text.length > INPUT_WIDTH ? `…${text.slice(1 - INPUT_WIDTH)}` : text);

/** Line breaks and other control characters would tear the table, or command the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const visible = (text: string) => text.replaceAll('\n', '⏎').replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
