import { ChispaError, messageOf } from '../lib/errors.ts';
import { readCsv } from './csv.ts';
import { decodeText } from './encoding.ts';
import { readParquet } from './parquet.ts';
import { jsonRows, type Rows, rowOf } from './rows.ts';

const FORMATS = ['csv', 'jsonl', 'parquet', 'text'] as const;
export type Format = (typeof FORMATS)[number];

const BY_EXTENSION: Record<string, Format> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'jsonl',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  txt: 'text',
  text: 'text',
};

/** The format of a file, by its first bytes if they are unmistakable, else by its name. */
export function formatOf(path: string, bytes: Uint8Array): Format {
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'PAR1') return 'parquet';
  const format = BY_EXTENSION[path.toLowerCase().split('.').at(-1) ?? ''];
  if (format) return format;
  throw new ChispaError(
    'corpus-format',
    `${path}: what this file holds is not clear from its name; name the format (${FORMATS.join(', ')})`,
  );
}

export async function readRows(format: Format, bytes: Uint8Array): Promise<Rows> {
  if (format === 'parquet') return readParquet(bytes);
  const text = decodeText(bytes);
  return { csv: readCsv, jsonl: readJson, text: readPlain }[format](text);
}

/** JSON lines, or one JSON array of objects. */
function readJson(text: string): Rows {
  if (text.trimStart().startsWith('[')) {
    const values: unknown[] = parseArray(text);
    return jsonRows(values.map((value, i) => ({ line: i + 1, value })));
  }
  const parsed: { line: number; value: unknown }[] = [];
  const errors: Rows['errors'] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      parsed.push({ line: i + 1, value: parseJson(line) });
    } catch (error) {
      errors.push({ line: i + 1, reason: `is not JSON: ${messageOf(error)}` });
    }
  }
  const { rows, errors: others } = jsonRows(parsed);
  return { rows, errors: [...errors, ...others] };
}

/** Parses JSON but keeps numeric ids as they are written: a number would round the long ones and drop the zero of 1.0. */
const parseJson = (text: string): unknown =>
  JSON.parse(
    text.replace(/((?<!\\)"id"\s*:\s*)(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?)(?=\s*[,}])/gi, '$1"$2"'),
  );

function parseArray(text: string): unknown[] {
  try {
    const value: unknown = parseJson(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    throw new ChispaError('corpus-json', `is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** Plain text: jokes separated by empty lines or, in a file without empty lines, one joke per line. */
function readPlain(text: string): Rows {
  const lines = text.replace(/\r\n?/g, '\n').trimEnd().split('\n');
  const first = lines.findIndex((line) => line.trim() !== '');
  const blocks = lines.slice(first).some((line) => line.trim() === '');
  const rows: Rows['rows'] = [];
  let block: string[] = [];
  for (const [i, line] of [...lines, ''].entries()) {
    if (line.trim() !== '') block.push(line);
    const ended = !blocks || line.trim() === '';
    if (ended && block.length > 0) {
      const from = blocks ? i - block.length + 1 : i + 1;
      rows.push(rowOf(from, [['text', block.join('\n')]]));
      block = [];
    }
  }
  return { rows, errors: [] };
}
