import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvFile } from '../../src/lib/env-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chispa-env-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads a file with these bytes, given in hexadecimal as editors save them. */
function read(hex: string) {
  const file = join(folder, '.env');
  writeFileSync(file, Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
  return readEnvFile(file);
}

describe('.env', () => {
  it.each([
    ['UTF-8', '41 3d 31 0a 42 3d c3 b1'],
    ['UTF-8 with a byte-order mark, as Notepad saves it', 'ef bb bf 41 3d 31 0d 0a 42 3d c3 b1 0d 0a'],
    ['UTF-16 as PowerShell 5 writes it', 'ff fe 41 00 3d 00 31 00 0d 00 0a 00 42 00 3d 00 f1 00'],
    ['UTF-16 with the large end first', 'fe ff 00 41 00 3d 00 31 00 0a 00 42 00 3d 00 f1'],
  ])('is read in %s', (_, hex) => {
    expect(read(hex)).toEqual({ A: '1', B: 'ñ' });
  });

  it.each([
    ['UTF-16 without a mark', '41 00 3d 00 31 00'],
    ['Latin-1', '41 3d f1 0a'],
    ['zero bytes', '41 3d 31 00 0a'],
  ])('in %s is refused with a sentence', (_, hex) => {
    expect(() => read(hex)).toThrow(/\.env is not UTF-8 text: save it as UTF-8\.$/);
  });

  it('names the line number of an invalid line without quoting it', () => {
    const colon = Buffer.from('# Chispa\nLOG_LEVEL=info\nDISCORD_TOKEN: abc.def.ghi\n').toString('hex');
    expect(() => read(colon)).toThrow(/^.*\.env, line 3: a line must read NAME=value, or begin with #\.$/);
  });

  it('may hold comments, quotes over several lines, exports and empty lines', () => {
    const text = `# it's "fine"\n\nexport A=1\nB="two\nlines: yes"\n  C = 'x' # why\nD=\n`;
    expect(read(Buffer.from(text).toString('hex'))).toEqual({ A: '1', B: 'two\nlines: yes', C: 'x', D: '' });
  });

  it('may be missing', () => {
    expect(readEnvFile(join(folder, 'none'))).toEqual({});
  });
});
