import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/paths.ts';

/** A page of the documentation: its path from the repository's root, and its text. */
export interface Page {
  path: string;
  text: string;
}

const page = (path: string): Page => ({ path, text: readFileSync(join(packageRoot, path), 'utf8') });
const inFolder = (folder: string): Page[] =>
  readdirSync(join(packageRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => page(`${folder}/${name}`));

/** Every page that people read. */
export const pages: readonly Page[] = [
  ...['README.md', 'README.es.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].map(page),
  ...inFolder('docs'),
  ...['corpus', 'models/mini-es', 'packages/discord-in-a-box', 'packages/discord-in-a-box/docs'].flatMap(
    inFolder,
  ),
];

export function pageAt(path: string): Page {
  const found = pages.find((one) => one.path === path);
  if (!found) throw new Error(`there is no ${path}`);
  return found;
}

const FENCE = /^([ ]*)```(\w*)\n([\s\S]*?)^\1```$/gm;

/** The fenced blocks of a page, with the language each names. */
export const blocks = (text: string): { language: string; lines: string[] }[] =>
  [...text.matchAll(FENCE)].map(([, indent = '', language = '', body = '']) => ({
    language,
    lines: body
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(indent.length)),
  }));

/** What stands between backticks outside the blocks; a line break within counts as a space. */
export const spans = (text: string): string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));

/** The headings of a page. */
export const headings = (text: string): { level: number; title: string }[] =>
  [...text.replaceAll(FENCE, '').matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title,
  }));

/** The anchor that GitHub gives a heading. */
export const anchor = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/** Where the links and pictures of a page lead, outside its blocks. */
export const links = (text: string): string[] =>
  [...text.replaceAll(FENCE, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
