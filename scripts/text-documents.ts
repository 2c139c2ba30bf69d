import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChispaError } from '../src/lib/errors.ts';

/** The documents of one text file. */
export interface TextFile {
  name: string;
  documents: string[];
}

/** Most paragraphs in a document: to a model that sees a few hundred tokens, a novel is not one text. */
const PARAGRAPHS = 30;

/**
 * The documents of every .txt file of a folder, in the order of their names. A document ends at a blank line or after 30
 * paragraphs (lines); in a file without blank lines every line is a document.
 */
export async function readTextFiles(folder: string): Promise<TextFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  if (names.length === 0) throw new ChispaError('no-text', `There are no .txt files in ${folder}.`);
  return Promise.all(
    names.map(async (name) => ({ name, documents: documentsOf(await readFile(join(folder, name), 'utf8')) })),
  );
}

export function documentsOf(text: string): string[] {
  const blocks = text.split(/\n\s*\n/).map((block) => block.split('\n').filter((line) => line.trim() !== ''));
  const [only] = blocks;
  if (blocks.length === 1 && only) return only;
  return blocks.flatMap((lines) =>
    Array.from({ length: Math.ceil(lines.length / PARAGRAPHS) }, (_, i) =>
      lines.slice(i * PARAGRAPHS, (i + 1) * PARAGRAPHS).join('\n'),
    ),
  );
}

/** Every 200th document of a file is held out, the same ones for every model trained on it. */
export const isHeldOut = (index: number): boolean => index % 200 === 7;

/**
 * How many times to read each source of `sizes` tokens so that their shares of the total are proportional to the square
 * root of their sizes (temperature sampling, as multilingual models balance languages: arXiv:1911.02116): the largest
 * once, smaller ones more often.
 */
export function balancedRepeats(sizes: readonly number[]): number[] {
  const largest = Math.max(...sizes);
  return sizes.map((size) => Math.sqrt(largest / size));
}
