import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Config, loadConfig } from '../../config.ts';
import { connect } from '../../db/connect.ts';
import { type DumpedRows, isEmpty, isInUse, refill } from '../../db/dump.ts';
import { settleIn } from '../../db/settle-in.ts';
import { keepOwnSecret, ownSecretIn } from '../../db/voter.ts';
import { ChispaError } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { sha256File } from '../../models/hash.ts';
import { bundledModelPath } from '../../models/registry.ts';
import { checkArchive, readArchive, text } from '../backup/archive.ts';
import { counted } from '../output/text.ts';
import { createTransferBar } from '../output/transfer-bar.ts';

/** A file of a model: by its path in MODELS_DIR, without ways out of it. */
const MODEL_FILE = /^models\/((?:\.voices\/)?[A-Za-z0-9_][\w.-]*)\/([A-Za-z0-9_][\w.-]*)$/;
const ROWS_FILE = /^database\/(\w+)\.\d+\.jsonl$/;
/** Its hash identifies what a folder holds: the manifest of a model lists the hashes of all its files. */
const IDENTITIES = ['chispa.json', 'adapter_model.safetensors'];

/**
 * `chispa restore`: checks the whole backup before it changes anything. The database changes in one transaction, at the
 * end; a failed restore leaves it as it was.
 */
export async function restore(
  file: string,
  { overwrite = false, json }: { overwrite?: boolean; json?: boolean },
): Promise<void> {
  const config = loadConfig();
  const { databaseUrl, dataDir, modelsDir } = config;
  makeFolder(modelsDir);
  const staging = await mkdtemp(join(modelsDir, '.restoring-'));
  const bar = createTransferBar();
  try {
    const folders = new Set<string>();
    let unpacked = 0;
    const { about, secret } = await checkArchive(file, async (path, size, body) => {
      if (ROWS_FILE.test(path)) return;
      const [, folder = '', name = ''] = MODEL_FILE.exec(path) ?? [];
      if (!folder) throw new ChispaError('archive-damaged', `${file} contains ${path}, which no backup has.`);
      folders.add(folder);
      makeFolder(join(staging, folder));
      await pipeline(body, createWriteStream(join(staging, folder, name), { mode: 0o600 }));
      unpacked += size;
      bar.show('models', unpacked, unpacked);
    });
    bar.stop();
    demandSameSecret(config, secret);
    const moves = await planMoves(staging, modelsDir, [...folders], overwrite);
    const store = await connect({ databaseUrl, dataDir, log: createLog('warn') });
    let rows = 0;
    let missing: string[] = [];
    try {
      if (!overwrite && !(await isEmpty(store.db)))
        throw new ChispaError(
          'database-not-empty',
          'The database is not empty: restore into an empty one, or add --overwrite to replace everything in it.',
        );
      if (await isInUse(store.db))
        throw new ChispaError('bot-running', 'A bot works on this database: stop all its processes first.');
      await store.db.transaction(async (tx) => {
        const counted = counting(rowsIn(file), (more) => {
          rows += more;
        });
        await refill(tx, about, counted);
        missing = await settleIn(tx, {
          from: about.modelsDir,
          to: modelsDir,
          bundled: bundledModelPath,
          arriving: moves.map(({ to }) => to),
        });
        for (const { from, to } of moves) {
          await rm(to, { recursive: true, force: true });
          makeFolder(dirname(to));
          await rename(from, to);
        }
        if (secret && !config.voterSecret) keepOwnSecret(dataDir, secret);
      });
    } finally {
      await store.close();
    }
    const done = { rows, models: folders.size, missing, from: about.version, created: about.created };
    if (json) process.stdout.write(`${JSON.stringify(done)}\n`);
    else {
      const parts = `${counted(rows, 'row')}, ${counted(folders.size, 'model and voice folder')}`;
      process.stdout.write(`Restored the backup of ${about.created} (version ${about.version}): ${parts}.\n`);
      for (const name of missing)
        process.stdout.write(
          `${name} is not in ${modelsDir}: import it again, or choose another with: npx chispa model use\n`,
        );
    }
  } finally {
    bar.stop();
    await rm(staging, { recursive: true, force: true });
  }
}

async function* rowsIn(file: string): AsyncGenerator<DumpedRows> {
  for await (const { path, body } of readArchive(file)) {
    const [, table] = ROWS_FILE.exec(path) ?? [];
    if (table !== undefined) yield { table, rows: (await text(body)).trimEnd().split('\n') };
    else if (MODEL_FILE.test(path)) return; // the rows come first
  }
}

async function* counting(dumped: AsyncIterable<DumpedRows>, count: (rows: number) => void) {
  for await (const one of dumped) {
    yield one;
    count(one.rows.length);
  }
}

/** With another secret, the people who voted before could vote again. */
function demandSameSecret({ voterSecret, dataDir }: Config, saved: string | undefined): void {
  const own = voterSecret ?? ownSecretIn(dataDir);
  if (!saved || !own || own === saved) return;
  throw new ChispaError(
    'other-secret',
    'The voter secret here is not the one of this backup, so everybody could vote a second time. Set VOTER_SECRET to what this prints: tar -xzOf BACKUP voter-secret',
  );
}

/** Where each unpacked folder goes. One that is there already, with the same content, stays. */
async function planMoves(staging: string, modelsDir: string, folders: string[], overwrite: boolean) {
  const moves: { from: string; to: string }[] = [];
  for (const folder of folders) {
    const [from, to] = [join(staging, folder), join(modelsDir, folder)];
    const there = await readdir(to).catch(() => []);
    if (there.length > 0 && (await identity(from)) === (await identity(to))) continue;
    if (there.length > 0 && !overwrite)
      throw new ChispaError(
        'model-exists',
        `${to} exists and is another model: move it away, or add --overwrite to replace it.`,
      );
    moves.push({ from, to });
  }
  return moves;
}

async function identity(folder: string): Promise<string> {
  const hashes = IDENTITIES.map((name) => sha256File(join(folder, name)).catch(() => ''));
  return (await Promise.all(hashes)).join();
}
