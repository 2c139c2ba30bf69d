import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { importEntries } from '../../src/db/corpus.ts';
import { activeModel } from '../../src/db/models.ts';
import { trainingRuns } from '../../src/db/schema.ts';
import { freshDataDir, silent } from '../databases.ts';
import { someJokes, writeTinyModel } from '../finetuning/tiny-model.ts';
import { aCommunity, serving, tell } from '../trainer/rated.ts';
import { runCommand } from './run-command.ts';

const SLOW = { timeout: 180_000 };
let folder: string;
let base: string;
let dataDir: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  base = await writeTinyModel(join(folder, 'tiny'));
  dataDir = freshDataDir();
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await rm(dataDir, { recursive: true });
});

const chispa = (args: string, env: Record<string, string> = {}) =>
  runCommand(args.split(' '), {
    ...{ DATABASE_URL: '', DATA_DIR: dataDir, MODELS_DIR: join(folder, 'models'), THREADS: '1' },
    ...{
      PRECISION: 'fp32',
      GATE_SAMPLES: '20',
      GATE_HELD_OUT: '5',
      GATE_DIVERSITY: '0',
      GATE_RECITED: '1',
      GATE_UNSAFE: '1',
    },
    ...env,
  });

async function community(jokes = 160) {
  const store = await connect({ dataDir, log: silent });
  await tell(store.db, await serving(store.db, base), aCommunity(jokes));
  await store.close();
}

const QUICK = '--epochs 2 --learning-rate 0.005 --batch 2';

describe('chispa train --from-ratings', () => {
  it('does a run of the learning loop, and chispa runs lists it', SLOW, async () => {
    await community();
    const { error, stdout } = await chispa(`train --from-ratings --json ${QUICK}`);
    expect(error).toBeUndefined();
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.filter(({ event }) => event === 'epoch')).toHaveLength(2);
    const run = events.at(-1);
    expect(run).toMatchObject({ event: 'run', trigger: 'cli', corpus: { rated: 160 } });
    expect(['promoted', 'rejected', 'trial']).toContain(run.status);

    const store = await connect({ dataDir, log: silent });
    const { name } = run.status === 'promoted' ? run.version : run.base;
    expect(await activeModel(store.db)).toMatchObject({ name });
    await store.close();

    const listed = await chispa('runs --json');
    expect(JSON.parse(listed.stdout)).toMatchObject({ id: run.id, status: run.status });
    expect((await chispa('runs')).stdout).toMatch(
      /^STARTED .*\n\d{4}-.* cli +(promoted|rejected) +tiny +tiny-/,
    );
  });

  it('finishes the interrupted run of a voice before its own run', SLOW, async () => {
    const store = await connect({ dataDir, log: silent });
    const { id } = await serving(store.db, base);
    await tell(
      store.db,
      await serving(store.db, base),
      aCommunity(160).map((joke) => ({ ...joke, guildId: '500' })),
    );
    await store.db.insert(trainingRuns).values({
      ...{
        baseVersionId: id,
        guildId: '500',
        trigger: 'votes',
        status: 'running',
        attempts: 1,
        settings: {},
      },
    });
    await store.close();
    const { error, stderr } = await chispa(`train --from-ratings ${QUICK}`);
    expect(error).toBeUndefined();
    expect(stderr).toContain('First finishing the voice of guild 500');
    expect(stderr).toMatch(/tiny → voice of 500: (promoted|rejected)/);
    const listed = (await chispa('runs')).stdout;
    expect(listed).toMatch(/ cli .* tiny-[\s\S]* votes .* voice of 500/);
  });

  it('says why it does not start, and accepts no other corpus', SLOW, async () => {
    await community(10);
    const refused = await chispa('train --from-ratings');
    expect(refused.error).toMatchObject({ code: 'not-trained' });
    expect(refused.error?.message).toContain('too few rated jokes');
    expect((await chispa('runs')).stdout).toContain('refused');
    const wrong = await chispa('train --from-ratings --corpus x.csv');
    expect(wrong.error).toMatchObject({ code: 'usage' });
  });
});

it('chispa runs reports that there are no runs yet', SLOW, async () => {
  expect((await chispa('runs')).stdout).toBe('There are no training runs yet.\n');
});

it(
  'chispa train --corpus database learns from the imported jokes, excluding crude ones if asked to',
  SLOW,
  async () => {
    const store = await connect({ dataDir, log: silent });
    await importEntries(
      store.db,
      someJokes(60).map(({ text }, i) => ({
        ...{ text, hash: `hash ${i}`, source: 'test', licence: 'CC0', keywords: ['gatos'] },
        flags: i < 10 ? ['crude'] : [],
      })),
    );
    await store.close();
    const trained = async (flags: string, name: string) => {
      const { error, stdout, stderr } = await chispa(
        `train --corpus database --model ${base} --name ${name} --epochs 1 ${flags}`,
      );
      expect(error).toBeUndefined();
      expect(existsSync(join(folder, 'models', name, 'model.safetensors'))).toBe(true);
      return { stdout, stderr };
    };
    const all = await trained('--json --batch 2', 'todos');
    expect(JSON.parse(all.stdout.split('\n')[0] ?? '')).toMatchObject({ jokes: 60 });
    expect(all.stderr).toBe('');
    const { stderr } = await trained('--clean', 'limpios');
    const [, learned, heldOut] = /(\d+) to learn from, (\d+) held out/.exec(stderr) ?? [];
    expect(Number(learned) + Number(heldOut)).toBe(50);
    expect(stderr).toMatch(/How to use it:[\s\S]* chispa model use limpios /);
  },
);
