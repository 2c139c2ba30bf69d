import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChispaError } from '../lib/errors.ts';
import { packageRoot } from '../lib/paths.ts';

/** One of the original jokes that ship with Chispa (CC0). */
export interface HouseJoke {
  /** `casa-0001`, `chispa-001`: never reused for another joke. */
  id: string;
  /** Dialogue turns are lines that begin with `- `; no line is empty. */
  text: string;
  /** The category of its file: `animales`, `médicos`, … */
  category: string;
  /** One to three themes. */
  keywords: readonly string[];
  /** Kept from all training, so that every model can be measured on it. */
  heldOut: boolean;
}

/** The folder of the house jokes: one file per category. corpus/README.md describes the format. */
const houseFolder: string = join(packageRoot, 'corpus', 'jokes');

const HEADING = /^# (?<category>\S.*)$/;
const OPENING = /^\[([a-z]+-\d+)(, held out)?\] (\S.*)$/;
const BLANKS = /^[ \t]|[ \t]$/m;

let known: readonly HouseJoke[] | undefined;

/**
 * All house jokes, in the order of their files and lines. They are read once per process, in about 25 ms.
 *
 * @throws ChispaError `house-jokes` with file and line if a file does not follow the format in corpus/README.md.
 */
export function houseJokes(): readonly HouseJoke[] {
  known ??= readHouse();
  return known;
}

function readHouse(): HouseJoke[] {
  const files = readdirSync(houseFolder).filter((name) => name.endsWith('.txt'));
  const jokes = files
    .sort()
    .flatMap((name) => parseHouseJokes(name, readFileSync(join(houseFolder, name), 'utf8')));
  const ids = new Set<string>();
  for (const { id } of jokes) {
    if (ids.has(id)) throw new ChispaError('house-jokes', `corpus/jokes: two jokes have the id ${id}`);
    ids.add(id);
  }
  return jokes;
}

/**
 * The jokes of one file: `# category`, then for each joke an empty line, `[id] keyword, keyword` and the joke's lines.
 * Throws as `houseJokes` does.
 */
export function parseHouseJokes(name: string, content: string): HouseJoke[] {
  const [heading = '', ...blocks] = content.replaceAll('\r\n', '\n').replace(/\n+$/, '').split('\n\n');
  const category = HEADING.exec(heading)?.groups?.category;
  if (category === undefined) throw fault(1, 'the first line must be "# category"');
  let line = 3; // below the heading and an empty line
  return blocks.map((block) => {
    const joke = parseJoke(block, category, line);
    line += joke.text.split('\n').length + 2;
    return joke;
  });

  function parseJoke(block: string, of: string, at: number): HouseJoke {
    const end = block.indexOf('\n');
    const opening = end < 0 ? block : block.slice(0, end);
    const text = end < 0 ? '' : block.slice(end + 1);
    const [, id, heldOut, keywords = ''] = OPENING.exec(opening) ?? [];
    if (id === undefined) throw fault(at, `"${opening}" must be "[id] keyword, keyword" below an empty line`);
    if (text === '') throw fault(at, `${id} has no text`);
    if (BLANKS.test(text)) {
      const bad = text.split('\n').findIndex((one) => one !== one.trim());
      throw fault(at + 1 + bad, `${id} has a line with leading or trailing spaces`);
    }
    const themes = keywords.split(',').map((keyword) => keyword.trim());
    if (themes.includes('')) throw fault(at, `${id} has an empty keyword between its commas`);
    return { id, text, category: of, keywords: themes, heldOut: heldOut !== undefined };
  }

  function fault(at: number, what: string): ChispaError {
    return new ChispaError('house-jokes', `corpus/jokes/${name}:${at}: ${what}`);
  }
}
