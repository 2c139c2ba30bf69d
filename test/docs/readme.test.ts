import { describe, expect, it } from 'vitest';
import { houseProblems } from '../../corpus/house-problems.ts';
import { loadCommands } from '../../src/bot/load-commands.ts';
import { createProgram } from '../../src/cli/program.ts';
import { houseJokes, parseHouseJokes } from '../../src/corpus/house.ts';
import { createSafety } from '../../src/safety/safety.ts';
import { blocks, headings, links, pageAt } from './pages.ts';

const english = pageAt('README.md').text;
const spanish = pageAt('README.es.md').text;
const both = [
  ['README.md', english],
  ['README.es.md', spanish],
] as const;

const withoutComments = (text: string) =>
  blocks(text).map(({ lines }) => lines.map((line) => line.replace(/\s+# .*$/, '')));
/** The cells of the tables that are code, in order: commands, variables, their defaults. */
const codeCells = (text: string) =>
  [...text.matchAll(/^\| (.*) \|$/gm)].flatMap(([, row = '']) =>
    row.split(' | ').flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code)),
  );
/** The first column of the table below a heading. */
const firstColumn = (text: string, heading: RegExp) => {
  const [, section = ''] = text.split(heading);
  return [...(section.split(/^## /m)[0] ?? '').matchAll(/^\| (.*?) \|/gm)]
    .slice(1)
    .map(([, cell = '']) => cell);
};

describe('README.md and README.es.md', () => {
  it('have the same headings, commands, and variables, in the same order', () => {
    expect(headings(spanish).map(({ level }) => level)).toEqual(headings(english).map(({ level }) => level));
    expect(withoutComments(spanish)).toEqual(withoutComments(english));
    expect(codeCells(spanish)).toEqual(codeCells(english));
  });

  it('link the same pages and pictures, each its own language', () => {
    const own = (target: string) => target.replace('.es.', '.');
    expect(links(spanish).slice(1).map(own)).toEqual(links(english).slice(1).map(own));
    expect([links(english)[0], links(spanish)[0]]).toEqual(['README.es.md', 'README.md']);
  });

  it.each(both)('%s names every slash command', async (_, text) => {
    const column = firstColumn(text, /^## (?:What people type|Qué escribe la gente)$/m).join(' ');
    for (const [name, { data }] of await loadCommands())
      expect(column).toContain('options' in data ? `/${name}` : name);
  });

  it.each(both)('%s names every command of the tool', (_, text) => {
    const column = firstColumn(text, /^## (?:On the command line|En la línea de comandos)$/m).join(' ');
    for (const command of createProgram().commands)
      if (command.name() !== 'help') expect(column).toContain(`\`${command.name()}\``);
  });
});

it('the joke that CONTRIBUTING.md shows passes the check of the house jokes', () => {
  const [joke] = blocks(pageAt('CONTRIBUTING.md').text).filter(({ language }) => language === '');
  const [example, ...others] = parseHouseJokes('example', `# trenes\n\n${joke?.lines.join('\n')}\n`);
  if (!example) throw new Error('CONTRIBUTING.md shows no joke');
  expect(others).toEqual([]);
  expect(houseProblems([...houseJokes(), example], createSafety())).toEqual([]);
});
