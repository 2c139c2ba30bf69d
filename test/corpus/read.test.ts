import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJokes } from '../../src/corpus/read.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-corpus-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, content);
  return readJokes(path);
}

/** Bytes written by another program, in hexadecimal. */
const hex = (bytes: string) => Buffer.from(bytes.replaceAll(/\s/g, ''), 'hex');

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('CSV', () => {
  it('reads the columns of CHISTES', async () => {
    const { format, jokes, errors } = await read(
      'chistes.csv',
      `id,text,keywords,funny,category\r\n7,"- ¿Qué hace un ""pez""?\r\n- Nada.","['peces', 'Mar']",2,Animales\r\n`,
    );
    expect(errors).toEqual([]);
    expect(format).toBe('csv');
    expect(jokes).toEqual([
      {
        line: 2,
        id: '7',
        text: '- ¿Qué hace un "pez"?\n- Nada.',
        keywords: ['peces', 'mar'],
        funny: 2,
        category: 'animales',
        flags: [],
      },
    ]);
  });

  it('reports a bad row with its line and reads the rest', async () => {
    const { jokes, errors } = await read(
      'bad.csv',
      [
        'id,text',
        '1,Uno', // 2
        '2', // 3: a field is missing
        '3,"Tres líneas', // 4
        'de un chiste"', // 5
        '', // 6
        '4,"abierto', // 7: never closed
        '5,Cinco', // 8
        '6,"con "comillas" mal puestas"', // 9
        '7,mide 5" de largo', // 10
        '8,   ', // 11: no text
        '9,Nueve', // 12
      ].join('\n'),
    );
    expect(jokes.map(({ line, id }) => [line, id])).toEqual([
      [2, '1'],
      [4, '3'],
      [8, '5'],
      [10, '7'],
      [12, '9'],
    ]);
    expect(errors).toEqual([
      { line: 3, reason: 'has 1 fields, the header has 2' },
      { line: 7, reason: 'opens a quote that is never closed' },
      { line: 9, reason: 'has a stray quote (inside quotes write it twice: "")' },
      { line: 11, reason: 'has no text' },
    ]);
  });

  it.each([
    [';', 'id;text\n1;Hola, y adiós'],
    ['\t', 'id\ttext\n1\tHola, y adiós'],
  ])('recognizes %j as the separator', async (_, content) => {
    const { jokes } = await read('separator.csv', content);
    expect(jokes[0]?.text).toBe('Hola, y adiós');
  });

  it.each([
    ['a title', 'Mis chistes;;\nid;texto;categoria\n7;Uno;x'],
    ['empty rows', ';;\n;;\n\nid;texto;categoria\n7;Uno;x'],
    ['a comment with commas', '# exportado, hoy, por mí\nid,texto,categoria\n7,Uno,x'],
    ["Excel's separator and a title", 'sep=;\r\nMis chistes, todos\r\nid;texto;categoria\r\n7;Uno;x'],
  ])('finds the header below %s', async (_, content) => {
    const { jokes, errors } = await read('title.csv', content);
    expect(errors).toEqual([]);
    expect(jokes).toMatchObject([{ id: '7', text: 'Uno', category: 'x' }]);
  });

  it('reads the votes of HAHA and leaves out what its readers found not to be a joke', async () => {
    const { jokes, errors, notes } = await read(
      'haha.csv',
      'id,text,is_humor,votes_no,votes_1,votes_2,votes_3,votes_4,votes_5\n' +
        '1,Un chiste,1,1,0,2,0,0,1\n2,Una noticia,0,5,,,,,\n3,Otro,1,x,0,0,0,0,0\n4,Sin votos,1,,,,,,\n',
    );
    expect(jokes.map(({ votes }) => votes)).toEqual([[1, 0, 2, 0, 0, 1], undefined, undefined]);
    expect(errors).toEqual([{ line: 3, reason: 'is marked as not a joke (is_humor is 0)' }]);
    expect(notes).toEqual([{ line: 4, reason: 'it has a number of votes that is not a count: x' }]);
  });

  it('accepts a list of keywords in any of the usual notations', async () => {
    const { jokes } = await read(
      'keywords.csv',
      `text;keywords\nA uno;["mar", "sol"]\nA dos;['mar','sol']\nA tres;mar, sol, mar\nA cuatro;mar|sol\nA cinco;[]\n`,
    );
    const both = ['mar', 'sol'];
    expect(jokes.map(({ keywords }) => keywords)).toEqual([both, both, both, both, []]);
  });

  it('lists the columns there are if none is the text', async () => {
    await expect(read('columns.csv', 'id,broma\n1,Hola\n')).rejects.toThrow(
      /no column is named "text".*id, broma/,
    );
  });
});

describe('JSON', () => {
  it('reads JSON lines and reports the invalid ones', async () => {
    const { jokes, errors, notes } = await read(
      'a.jsonl',
      '{"text": "Uno", "keywords": ["a"], "votes": {"1": 2, "5": 1}, "votes_no": 1}\n' +
        '{"text": \n\n[1]\n"Solo texto"\n{"texto": "Cinco", "ratings": {"ana": 0, "luis": 5}}\n{"text": 3}\n{"ratings": {"ana": 9}, "text": "Seis"}\n',
    );
    expect(jokes.map(({ line, text, votes }) => [line, text, votes])).toEqual([
      [1, 'Uno', [1, 2, 0, 0, 0, 1]],
      [5, 'Solo texto', undefined],
      [6, 'Cinco', [1, 0, 0, 0, 0, 1]],
      [8, 'Seis', undefined],
    ]);
    expect(errors.map(({ line }) => line)).toEqual([2, 4, 7]);
    expect(errors[0]?.reason).toMatch(/is not JSON/);
    expect(notes).toEqual([{ line: 8, reason: 'it has a rating that is not a whole number from 0 to 5: 9' }]);
  });

  it('reads an array', async () => {
    const { jokes } = await read('a.json', '[{"text": "Uno"}, {"text": "Dos"}]');
    expect(jokes.map(({ line, text }) => [line, text])).toEqual([
      [1, 'Uno'],
      [2, 'Dos'],
    ]);
  });
});

describe('parquet', () => {
  it('reads the columns of CHISTES, keywords as a list or as text', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [1, 2, 3], type: 'INT32' },
        { name: 'text', data: ['Qu&eacute; calor', '', 'Otro'], type: 'STRING' },
        { name: 'keywords', data: [['calor'], [], ['a', 'b']], type: 'JSON' },
        { name: 'funny', data: [1, 1, 3], type: 'INT32' },
      ],
    });
    const { format, jokes, errors } = await read('chistes.parquet', new Uint8Array(bytes));
    expect(format).toBe('parquet');
    expect(jokes).toEqual([
      { line: 1, id: '1', text: 'Qué calor', keywords: ['calor'], funny: 1, flags: [] },
      { line: 3, id: '3', text: 'Otro', keywords: ['a', 'b'], funny: 3, flags: [] },
    ]);
    expect(errors).toEqual([{ line: 2, reason: 'has no text' }]);
  });

  it('reports a truncated file', async () => {
    const bytes = parquetWriteBuffer({ columnData: [{ name: 'text', data: ['Uno'], type: 'STRING' }] });
    await expect(read('cut.parquet', new Uint8Array(bytes).subarray(0, 20))).rejects.toThrow(
      /cut\.parquet: is not a complete parquet file/,
    );
  });
});

describe('plain text', () => {
  it('treats each block as a joke if empty lines separate them', async () => {
    const { jokes } = await read('a.txt', '\n—Hola\n—Adiós\n\n \nUno solo\n\n');
    expect(jokes.map(({ line, text }) => [line, text])).toEqual([
      [2, '- Hola\n- Adiós'],
      [6, 'Uno solo'],
    ]);
  });

  it('treats each line as a joke if there are none', async () => {
    const { jokes } = await read('b.txt', 'Uno\nDos\n');
    expect(jokes.map(({ line, text }) => [line, text])).toEqual([
      [1, 'Uno'],
      [2, 'Dos'],
    ]);
  });
});

describe('any file', () => {
  it('decodes Latin-1, even single lines of it among UTF-8', async () => {
    const whole = await read('latin1.csv', latin1('id,text\n1,¿Qué año?\n'));
    expect(whole.jokes[0]?.text).toBe('¿Qué año?');
    const mixed = await read(
      'mixed.txt',
      Buffer.concat([Buffer.from('¡Qué niño!\n'), latin1('¡Qué niña!\n')]),
    );
    expect(mixed.jokes.map(({ text }) => text)).toEqual(['¡Qué niño!', '¡Qué niña!']);
  });

  it('reads UTF-16 and ignores a byte order mark', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('text\n¡Olé!\n', 'utf16le')]);
    expect((await read('utf16.csv', utf16)).jokes[0]?.text).toBe('¡Olé!');
    expect((await read('bom.csv', '\ufefftext\n¡Olé!\n')).jokes[0]?.text).toBe('¡Olé!');
  });

  // The bytes are what Python's codecs write.
  it.each([
    [
      'Windows-1252',
      '69642c746578740a312c2297bf4375e16e746f2076616c653f209764696a6f2e209343696e636f20809485207920657261206c92616d69676f206465205a6feb20962066696e220a',
      `- ¿Cuánto vale? -dijo. "Cinco €"... y era l'amigo de Zoë - fin`,
    ],
    [
      'CP850, as DOS has it',
      '69642c746578740a312ca8517582206c652064696a6f20656c206e69a46f3f20ad41a46f206e7565766f20656e2045737061a461210a',
      '¿Qué le dijo el niño? ¡Año nuevo en España!',
    ],
    [
      'Mac OS Roman',
      '69642c746578740a312cd1c051758e206c652064696a6f20656c206e69966f3f20d1c141966f206e7565766f20656e20457370619661210a',
      '- ¿Qué le dijo el niño? -¡Año nuevo en España!',
    ],
    [
      'UTF-16 without a mark',
      '690064002c0074006500780074000a0031002c00bf0056006100200075006e002000630061007200610063006f006c0020007900200064006500720072006100700061003f000a00',
      '¿Va un caracol y derrapa?',
    ],
    [
      'UTF-8 that was read as Windows-1252 once',
      '69642c746578740a312c2244696a6f20c3a2e282acc593686f6c61c3a2e282acc29d207920c383c2a96c20706167c383c2b3203520c3a2e2809ac2acc3a2e282acc2a620c3a2e282ace2809c66696e220a',
      'Dijo "hola" y él pagó 5 €... -fin',
    ],
  ])('reads %s', async (_, bytes, text) => {
    const { jokes, errors } = await read('encoded.csv', hex(bytes));
    expect(errors).toEqual([]);
    expect(jokes.map((joke) => joke.text)).toEqual([text]);
  });

  it('names the line of a zero byte, and of letters in an unsupported encoding', async () => {
    const { jokes, errors } = await read(
      'spoiled.txt',
      // "Un chiste de más de veinte letras", "Mi gato\0 pide cita", "\x8dQu\x90 tal\x9d?", "Otro chiste"
      hex(`556e2063686973746520646520646f7320706174617320636f6e20616c61730a
           4d69206761746f00207069646520636974610a
           8d51759020746c9d3f0a
           4f74726f206368697374650a`),
    );
    expect(jokes.map(({ text }) => text)).toEqual(['Un chiste de dos patas con alas', 'Otro chiste']);
    expect(errors).toEqual([
      { line: 2, reason: 'contains a zero byte' },
      { line: 3, reason: expect.stringContaining('its encoding is not supported') },
    ]);
  });

  it('never drops a text because of another cell', async () => {
    const spanish = await read('excel.csv', 'sep=;\nid;text;funny\n1;Uno;0,5\n2;Dos;mucho\n3;Tres;\n');
    expect(spanish.jokes.map(({ id, funny }) => [id, funny])).toEqual([
      ['1', 0.5],
      ['2', undefined],
      ['3', undefined],
    ]);
    expect(spanish.notes).toEqual([{ line: 4, reason: 'its "funny" is not a number' }]);
    // A float column with NaN for missing values, as pyarrow writes it.
    const nan = await readJokes(join(import.meta.dirname, 'files', 'nan.parquet'));
    expect(nan.jokes).toHaveLength(2);
    expect([...nan.errors, ...nan.notes]).toEqual([]);
  });

  it('keeps ids verbatim', async () => {
    const csv = await read('ids.csv', 'id,text\n007,Uno\n1234567890123456789012,Dos\na—b «c»,Tres\n');
    expect(csv.jokes.map(({ id }) => id)).toEqual(['007', '1234567890123456789012', 'a—b «c»']);
    const json = await read(
      'ids.jsonl',
      '{"id": 1234567890123456789, "text": "Uno \\"id\\": 1234567890123456789"}\n{"text": "Dos", "id":-9007199254740993}\n',
    );
    expect(json.jokes.map(({ id }) => id)).toEqual(['1234567890123456789', '-9007199254740993']);
    expect(json.jokes[0]?.text).toBe('Uno "id": 1234567890123456789');
  });

  it('flags crude text', async () => {
    const { jokes } = await read(
      'crude.txt',
      'Un culo\nLa culpa es del pollo que picotea un cono\nVaya MIERDA\n',
    );
    expect(jokes.map(({ flags }) => flags)).toEqual([['crude'], [], ['crude']]);
  });

  it('leaves out texts that cannot be jokes', async () => {
    const { jokes, errors } = await read('odd.txt', `¡¿?!\nQu\ufffd pas\ufffd\n${'ja '.repeat(3000)}\nSí\n`);
    expect(jokes.map(({ text }) => text)).toEqual(['Sí']);
    expect(errors.map(({ reason }) => reason)).toEqual([
      'has no words',
      'contains characters that were lost in an earlier conversion (U+FFFD)',
      'is too long for a joke (8999 characters, at most 8000)',
    ]);
  });

  it.each([
    ['missing.csv', undefined, /missing\.csv: there is no such file/],
    ['empty.csv', '', /empty\.csv: contains no jokes/],
    ['empty.jsonl', '\n\n', /contains no jokes/],
    ['binary.txt', Uint8Array.of(1, 0, 2), /binary\.txt: the file is full of zero bytes/],
    ['array.json', '[{"text": ', /array\.json: is not JSON/],
    ['chistes.xlsx', 'PK', /name the format \(csv, jsonl, parquet, text\)/],
  ])('refuses %s with a sentence that says why', async (name, content, message) => {
    await expect(content === undefined ? readJokes(join(folder, name)) : read(name, content)).rejects.toThrow(
      message,
    );
  });
});
