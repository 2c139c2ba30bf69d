import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { rate, type Score } from '../../src/db/ratings.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke } from '../db/samples.ts';
import { runCommand } from './run-command.ts';

describe('chispa judge', () => {
  let dataDir: string;
  const judge = async (...args: string[]) => {
    const { stdout, error } = await runCommand(['judge', ...args], { DATABASE_URL: '', DATA_DIR: dataDir });
    expect(error).toBeUndefined();
    return stdout;
  };
  beforeAll(() => {
    dataDir = freshDataDir();
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('says that it has nothing to compare yet, and then how well the judge predicts', async () => {
    expect(await judge()).toContain('has not chosen a joke yet');
    const store = await connect({ dataDir, log: silent });
    for (const [predicted, score] of [
      [2, 1],
      [3, 3],
      [4, 5],
    ] as [number, Score][]) {
      const { id } = await aJoke(store.db, { joke: { predicted } });
      await rate(store.db, { jokeId: id, voter: 'ana', score });
    }
    await store.close();
    expect(await judge()).toMatch(/^all +3 +0\.816 +1\.633 +1\.000$/m);
    expect(JSON.parse(await judge('--json'))).toMatchObject({
      all: { jokes: 3, spearman: 1 },
      models: [{ model: 'mini-es', jokes: 3 }],
      before: { votes: 0, mean: null },
      since: { votes: 3, mean: 3 },
    });
    expect(await judge('--guild', '999')).toContain('has not chosen a joke yet');
  });
});
