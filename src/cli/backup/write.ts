import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { createGzip } from 'node:zlib';
import { type Config, loadConfig } from '../../config.ts';
import type { Database } from '../../db/connect.ts';
import { dumpRows } from '../../db/dump.ts';
import { weightyModels } from '../../db/models.ts';
import { pgliteFolder } from '../../db/pglite.ts';
import { keptVoices } from '../../db/voices.ts';
import { ownSecretIn } from '../../db/voter.ts';
import { ChispaError, hasCode, UsageError } from '../../lib/errors.ts';
import { packageVersion } from '../../lib/version.ts';
import { writeWhole } from '../../models/whole-file.ts';
import { withDatabase } from '../open/database.ts';
import { counted, fileSize } from '../output/text.ts';
import { createTransferBar } from '../output/transfer-bar.ts';
import { ABOUT, type ArchiveWriter, SECRET, writeArchive } from './archive.ts';

export interface BackupOptions {
  imported?: boolean;
  overwrite?: boolean;
  json?: boolean;
}

/** `chispa backup`: everything that cannot be had again, as of one moment, in one file that its owner alone may read. */
export async function backUp(target: string, { imported, overwrite, json }: BackupOptions): Promise<void> {
  const config = loadConfig();
  const file = resolve(target);
  if (!/\.(tar\.gz|tgz)$/i.test(file))
    throw new UsageError(
      `A backup is a gzipped tar archive: choose a name that ends in .tar.gz, not ${target}.`,
    );
  if (!overwrite && existsSync(file))
    throw new ChispaError('file-exists', `${file} exists: choose another name, or add --overwrite.`);
  if (!config.databaseUrl && !existsSync(pgliteFolder(config.dataDir)))
    throw new ChispaError('nothing-to-back-up', `There is no database in ${config.dataDir} yet.`);
  const bar = createTransferBar();
  const done = { rows: 0, models: [] as string[], missing: [] as string[], bytes: 0 };
  try {
    await withDatabase((db) =>
      writeWhole(file, async (handle) => {
        await handle.chmod(0o600); // it holds the voter secret
        const gzip = createGzip({ level: 1 }); // weights hardly compress
        const written = (async () => {
          for await (const chunk of gzip) await handle.writeFile(chunk);
        })();
        written.catch(() => {}); // thrown where it is awaited
        const archive = writeArchive(async (bytes) => {
          if (!gzip.write(bytes)) await Promise.race([once(gzip, 'drain'), written]);
        });
        const models = await modelsOf(db, config, imported === true);
        done.rows = await addDatabase(archive, db, config);
        const total = models.reduce(
          (sum, { files }) => sum + files.reduce((all, one) => all + one.size, 0),
          0,
        );
        for (const { name, files } of models) {
          if (files.length === 0) done.missing.push(name);
          else done.models.push(name);
          for (const { path, size } of files) {
            const inside = `models/${relative(config.modelsDir, path).replaceAll('\\', '/')}`;
            await archive.copy(inside, path, size, (bytes) => {
              done.bytes += bytes;
              bar.show('models', done.bytes, total);
            });
          }
        }
        await archive.finish();
        gzip.end();
        await written;
      }),
    );
  } finally {
    bar.stop();
  }
  const { size } = await stat(file);
  if (json) process.stdout.write(`${JSON.stringify({ file, size, ...done })}\n`);
  else {
    const parts = `${counted(done.rows, 'row')}, ${counted(done.models.length, 'model and voice folder')}`;
    process.stdout.write(`Backed up to ${file}: ${parts}, ${fileSize(size)}.\n`);
    if (done.missing.length > 0)
      process.stdout.write(
        `Not in it, because they can be imported again (--imported includes them): ${done.missing.join(', ')}.\n`,
      );
    process.stdout.write('It contains the voter secret: keep it where nobody else can read it.\n');
  }
}

const LINES_A_FILE = 4;

async function addDatabase(archive: ArchiveWriter, db: Database, config: Config): Promise<number> {
  let all = 0;
  let parts = 0;
  await dumpRows(
    db,
    async (dump) => {
      const { modelsDir } = config;
      const created = new Date().toISOString();
      const description = { format: 1, version: packageVersion(), created, modelsDir, ...dump };
      await archive.add(ABOUT, `${JSON.stringify(description, undefined, 2)}\n`);
      const secret = config.voterSecret ?? ownSecretIn(config.dataDir);
      if (secret) await archive.add(SECRET, secret);
    },
    async ({ table, rows }) => {
      const part = String(parts++).padStart(LINES_A_FILE, '0');
      await archive.add(`database/${table}.${part}.jsonl`, `${rows.join('\n')}\n`);
      all += rows.length;
    },
  );
  return all;
}

interface ModelFiles {
  name: string;
  /** None when it is not part of the backup. */
  files: { path: string; size: number }[];
}

/** The trained versions and voices that still have their files, and the imported models. */
async function modelsOf(db: Database, config: Config, imported: boolean): Promise<ModelFiles[]> {
  const found: ModelFiles[] = [];
  for (const { name, folder, kind } of await weightyModels(db)) {
    if (kind === 'bundled' || !isWithin(config.modelsDir, folder)) continue;
    found.push({ name, files: kind === 'trained' || imported ? await filesIn(folder) : [] });
  }
  for (const { guildId, folder } of await keptVoices(db))
    if (isWithin(config.modelsDir, folder))
      found.push({ name: `voice of ${guildId}`, files: await filesIn(folder) });
  return found;
}

const isWithin = (parent: string, folder: string): boolean => !relative(parent, folder).startsWith('..');

/** Without what can be remade, which is in folders of its own; nothing when the folder is gone. */
async function filesIn(folder: string): Promise<ModelFiles['files']> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
    return await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
