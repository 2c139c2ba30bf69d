import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { readJokes } from '../../src/corpus/read.ts';
import { UsageError } from '../../src/lib/errors.ts';

let folder: string;
let first: Printed;
let second: Printed;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-corpus-cli-'));
  vi.stubEnv('DATA_DIR', join(folder, 'data'));
  vi.stubEnv('DATABASE_URL', undefined);
  await writeFile(
    join(folder, 'chistes.csv'),
    'id,text,keywords,funny,category\n' +
      `1,"- ¿Qu&eacute; hace un pez?\n- Nada.","['peces']",2,animales\n` +
      '2,roto\n' +
      '3,- ¿QUE hace... un pez? - Nada,peces,1,animales\n' +
      '4,"Mi abuelo, que vende relojes, nunca tiene un minuto",reloj,3,trabajo\n' +
      '5,"Mi abuela, que vende relojes, nunca tiene un minuto",reloj,3,trabajo\n' +
      '6,Vaya mierda de chiste,,1,otros\n',
  );
});
beforeAll(async () => {
  const args = ['import', file('chistes.csv'), '--source', 'CHISTES', '--licence', 'CC0-1.0', '--json'];
  first = await corpus(...args);
  second = await corpus(...args);
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

interface Printed {
  out: string;
  err: string;
}

/** Runs `chispa corpus …` in this process and returns what it printed. */
async function corpus(...args: string[]): Promise<Printed> {
  const printed = { out: '', err: '' };
  const capture = (key: 'out' | 'err') => (chunk: unknown) => {
    printed[key] += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(capture('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(capture('err')),
  ];
  try {
    await createProgram().parseAsync(['corpus', ...args], { from: 'user' });
    return printed;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const file = (name: string) => join(folder, name);

describe('chispa corpus', () => {
  it('imports the valid lines once, and names the bad one', async () => {
    expect(first.err).toBe(`${file('chistes.csv')}:4: left out: has 2 fields, the header has 5\n`);
    expect(JSON.parse(first.out)).toMatchObject({ read: 5, added: 4, known: 1, leftOut: 1, crude: 1 });
    expect(JSON.parse(second.out)).toMatchObject({ added: 0, updated: 0, known: 5 });
    expect((await corpus('list')).out).toMatch(/CHISTES +CC0-1.0 +4 +1 +\d/);
  });

  it('prints the figures of a file and of the database', async () => {
    const ofFile = JSON.parse((await corpus('stats', file('chistes.csv'), '--json')).out);
    expect(ofFile).toMatchObject({ rows: 5, medianWords: 7, crude: 1, voted: 0 });
    expect(ofFile.categories).toContainEqual({ category: 'trabajo', rows: 2 });
    const clean = await corpus('stats', file('chistes.csv'), '--clean');
    expect(clean.out).toMatch(/^jokes +4\nmedian words +8\n/);
    const ofDatabase = JSON.parse((await corpus('stats', '--source', 'CHISTES', '--json')).out);
    expect(ofDatabase).toMatchObject({ crude: 1, voted: 0 });
  });

  it('marks near-duplicates so that export leaves them out', async () => {
    expect((await corpus('dedupe', '--dry-run')).out).toContain('4 jokes, 1 redundant.');
    expect((await corpus('dedupe')).out).toContain('4 jokes, 1 marked as a duplicate.');
    expect((await corpus('dedupe', file('chistes.csv'))).out).toContain('5 jokes, 2 redundant.');

    await corpus('export', file('out.csv'), '--clean');
    const { jokes, errors } = await readJokes(file('out.csv'));
    expect(errors).toEqual([]);
    expect(jokes).toMatchObject([
      { id: '1', text: '- ¿Qué hace un pez?\n- Nada.', keywords: ['peces'], funny: 2, category: 'animales' },
      { id: '4', text: 'Mi abuelo, que vende relojes, nunca tiene un minuto' },
    ]);
    await corpus('export', file('out.jsonl'), '--duplicates');
    expect((await readFile(file('out.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(4);
  }, 120_000);

  it('imports what it exported, as CSV and as JSON lines, of every source, without any change', async () => {
    vi.stubEnv('DATA_DIR', join(folder, 'identity'));
    await writeFile(
      file('votes.csv'),
      'id,text,keywords,funny,category,votes_no,votes_1,votes_2,votes_3,votes_4,votes_5\n' +
        '1,"Va un ""caracol"", y derrapa.\n- ¿Y?",,,,1,2,0,1,0,0\n0042,Otro más corto.,"[""mar, sol"", ""pez""]",2.5,mar,3,0,0,0,0,0\n,Sin id ni votos,,,,,,,,,\n',
    );
    await writeFile(
      file('forum.jsonl'),
      '{"id":1.50,"text":"Va un caracol y derrapa en la curva.\\n- ¿Y?"}\n',
    );
    const from = async (name: string, ...args: string[]) =>
      JSON.parse((await corpus('import', file(name), ...args, '--json')).out);
    const all = async () => (await corpus('export', '-', '--duplicates')).out;
    expect(await from('votes.csv', '--source', 'HAHA', '--licence', 'x')).toMatchObject({ added: 3 });
    await from('forum.jsonl', '--source', 'Foro, "el viejo"', '--license', 'CC-BY-4.0');
    await corpus('dedupe', '--threshold', '0.3');
    const before = await all();
    const rows = before
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      { id: '1', rating: 1.25, votes: 4, source: 'HAHA', licence: 'x', duplicate: false },
      { id: '0042', rating: 0, votes: 3, keywords: ['mar, sol', 'pez'], funny: 2.5, category: 'mar' },
      { id: null, rating: null, votes: null },
      { id: '1.50', source: 'Foro, "el viejo"', licence: 'CC-BY-4.0', duplicate: true },
    ]);
    for (const again of ['again.csv', 'again.jsonl']) {
      await corpus('export', file(again), '--duplicates');
      expect(await from(again)).toMatchObject({ added: 0, updated: 0, known: 4, leftOut: 0 });
    }

    // A file with less information removes nothing.
    await writeFile(file('bare.txt'), 'Otro más corto.\n');
    const bare = await from('bare.txt', '--source', 'HAHA', '--licence', 'x');
    expect(bare).toMatchObject({ updated: 0, known: 1 });
    expect(await all()).toBe(before);

    for (const again of ['again.csv', 'again.jsonl']) {
      vi.stubEnv('DATA_DIR', join(folder, `elsewhere-${again}`));
      expect(await from(again)).toMatchObject({ added: 4 });
      expect(await all()).toBe(before);
    }
    vi.stubEnv('DATA_DIR', join(folder, 'data'));
  }, 240_000);

  it('asks for everything that neither the options nor the jokes say', async () => {
    const usage = (...args: string[]) =>
      expect(corpus('import', file('chistes.csv'), ...args)).rejects.toThrow(UsageError);
    await usage();
    const failure = corpus('import', file('chistes.csv'));
    await expect(failure).rejects.toThrow(/^missing --source <name>, --license <license>: .* in line 2 /);
    await usage('--source', 'x');
  });

  it('lists jokes by source or category', async () => {
    const { out } = await corpus('list', '--category', 'animales');
    expect(out).toContain('CHISTES · animales · peces\n- ¿Qué hace un pez?');
    expect(out).not.toContain('relojes');
    expect(
      (await corpus('list', '--source', 'CHISTES', '--json', '--limit', '2')).out.split('\n'),
    ).toHaveLength(3);
  });

  it.each([[['dedupe', '--threshold', '3'], /from 0.1 to 1/]])(
    '%j is a usage error',
    async (args, message) => {
      const failure = await corpus(...args).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(CommanderError);
      expect(String(failure)).toMatch(message);
    },
  );

  it.each([
    [['import', 'a.csv', '--source', ' ', '--licence', 'x'], /--source must not be empty/],
    [['import', 'nada.csv', '--source', 'x', '--licence', 'x'], /nada.csv: there is no such file/],
    [['export', 'a.pdf'], /must end in .csv or .jsonl/],
    [['export', '/dev/null/a.csv'], /cannot be written/],
    [['export', 'a.csv', '--source', 'nadie'], /no such jokes/],
    [['export', 'a.jsonl', '--format', 'trl-kto'], /add --ratings/],
    [['export', 'a.jsonl', '--ratings'], /needs --format: trl-sft, trl-kto, trl-dpo/],
    [['export', 'a.csv', '--ratings', '--format', 'trl-kto'], /must end in .jsonl or .parquet/],
    [['export', 'a.jsonl', '--ratings', '--format', 'trl-kto', '--clean'], /--clean is about imported jokes/],
    [['export', 'a.jsonl', '--ratings', '--format', 'trl-kto'], /0 rated jokes may teach/],
  ])('%j fails with a clear message', async (args, message) => {
    await expect(corpus(...args)).rejects.toThrow(message);
  });
});
