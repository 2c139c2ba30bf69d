import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ChispaError, hasCode, messageOf } from './errors.ts';

/**
 * The variables of a `.env` file; none if there is no file. Byte-order marks and UTF-16, as Windows writes them, are
 * accepted.
 *
 * @throws ChispaError `config` if the file or a line of it cannot be parsed: a setting must not get lost silently.
 */
export function readEnvFile(file: string): Record<string, string | undefined> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return {};
    throw new ChispaError('config', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const text = decoded(bytes);
  if (text === undefined || text.includes('\0'))
    throw new ChispaError('config', `${file} is not UTF-8 text: save it as UTF-8.`);
  const bad = lineThatSetsNothing(text);
  if (bad !== undefined)
    throw new ChispaError('config', `${file}, line ${bad}: a line must read NAME=value, or begin with #.`);
  return parseEnv(text);
}

/** Undefined for bytes that are neither UTF-8 nor UTF-16 with a byte-order mark. */
function decoded(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // drops a byte-order mark
  } catch {
    return undefined;
  }
}

const QUOTED_OVER_LINES = /(=[ \t]*)(["'`])[\s\S]*?\2/g;
const SETS_OR_SAYS_NOTHING = /^\s*(#.*|(export\s+)?[A-Za-z_][\w.-]*\s*=.*)?$/;

function lineThatSetsNothing(text: string): number | undefined {
  const flat = text.replace(
    QUOTED_OVER_LINES,
    (quoted, equals) => equals + '\n'.repeat(quoted.split('\n').length - 1),
  );
  const at = flat.split(/\r\n|\r|\n/).findIndex((line) => !SETS_OR_SAYS_NOTHING.test(line));
  return at < 0 ? undefined : at + 1;
}
