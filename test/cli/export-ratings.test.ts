import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { expect, it, onTestFinished } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import { connect } from '../../src/db/connect.ts';
import { jokes, ratings } from '../../src/db/schema.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aModel } from '../db/samples.ts';
import { aCommunity, tell } from '../trainer/rated.ts';
import { runCommand } from './run-command.ts';

it('chispa corpus export --ratings writes what may teach, as JSON lines and as Parquet', async () => {
  const dataDir = freshDataDir();
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const told = aCommunity(60).map((joke) => ({ ...joke, guildId: '100' }));
  const [heldOut] = houseJokes().filter((joke) => joke.heldOut);
  const store = await connect({ dataDir, log: silent });
  await tell(store.db, await aModel(store.db), told);
  await store.db.insert(jokes).values({
    ...{
      id: 'held-out',
      guildId: '100',
      houseId: heldOut?.id,
      text: heldOut?.text ?? '',
      promptKind: 'joke',
    },
    ...{ userText: false, seed: 7, settings: BOT_DEFAULTS, finish: 'end', trimmed: false, promptCut: false },
  });
  await store.db.insert(ratings).values({ jokeId: 'held-out', voter: 'ana', score: 5 });
  await store.close();

  const run = async (file: string, format: string) => {
    const { stdout, error } = await runCommand(['corpus', 'export', file, '--ratings', '--format', format], {
      DATA_DIR: dataDir,
      DATABASE_URL: '',
    });
    if (error) throw error;
    return stdout;
  };
  const lines = (await run('-', 'trl-kto')).trim().split('\n');
  const labels = new Map(
    lines.map((line) => {
      const { completion, label, ...rest } = JSON.parse(line);
      expect(rest).toEqual({ prompt: 'Cuéntame un chiste.' });
      return [completion, label];
    }),
  );
  expect(labels).toEqual(new Map(told.map(({ text, scores }) => [text, scores[0] === 5])));
  expect(labels.has(heldOut?.text)).toBe(false);

  const parquet = join(dataDir, 'pairs.parquet');
  await run(parquet, 'trl-dpo');
  const bytes = new Uint8Array(await readFile(parquet));
  const pairs = await parquetReadObjects({ file: bytes.buffer });
  expect(pairs.length).toBe(30);
  for (const { chosen, rejected, prompt } of pairs) {
    expect([labels.get(chosen), labels.get(rejected), prompt]).toEqual([true, false, 'Cuéntame un chiste.']);
  }
});
