import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../config.ts';
import { ChispaError, InterruptedError, UsageError } from '../../lib/errors.ts';
import { describeModel } from '../../models/describe.ts';
import { type DownloadedModel, downloadModel, HUB_ID, removeDownload } from '../../models/import/hub.ts';
import { checkedName, type ImportedModel, importFolder } from '../../models/import/import-folder.ts';
import { refuseTaken } from '../../models/import/staging.ts';
import { confirmed } from '../confirmed.ts';
import { interruptible } from '../interruptible.ts';
import { fileSize, grouped } from '../output/text.ts';
import { createTransferBar, type TransferBar } from '../output/transfer-bar.ts';

interface Options {
  revision?: string;
  name?: string;
  acceptLicense?: boolean;
  json?: boolean;
}

/** `chispa model import`: imports from the hub or from a folder into MODELS_DIR. */
export async function importModel(source: string, options: Options): Promise<void> {
  const config = loadConfig();
  const bar = createTransferBar();
  const isLocal = await isFolder(source);
  const again = isLocal ? '' : ' to resume the download';
  try {
    const imported = await interruptible(
      (signal) => (isLocal ? fromFolder : fromHub)(source, options, config, bar, signal),
      new InterruptedError(`Interrupted. Run the same command again${again}.`),
    );
    bar.stop();
    await report(imported, options);
  } finally {
    bar.stop();
  }
}

function fromFolder(
  folder: string,
  options: Options,
  { modelsDir }: Config,
  bar: TransferBar,
  signal: AbortSignal,
) {
  if (options.revision !== undefined)
    throw new UsageError(`--revision is for models on the hub; ${folder} is a folder.`);
  return importFolder(folder, {
    modelsDir,
    ...(options.name === undefined ? {} : { name: options.name }),
    agree: agreement(folder, options, bar),
    onProgress: (done, total) => bar.show('importing', done, total),
    signal,
  });
}

async function fromHub(id: string, options: Options, config: Config, bar: TransferBar, signal: AbortSignal) {
  if (!HUB_ID.test(id))
    throw new UsageError(
      `${JSON.stringify(id)} is neither a folder nor a hub id such as DeepESP/gpt2-spanish.`,
    );
  const { modelsDir, huggingFaceEndpoint, huggingFaceToken } = config;
  const name = checkedName(options.name ?? id.slice(id.indexOf('/') + 1));
  await refuseTaken(modelsDir, name); // before the download, not after it
  const download = await downloadModel(id, {
    endpoint: huggingFaceEndpoint,
    ...(huggingFaceToken ? { token: huggingFaceToken } : {}),
    ...(options.revision === undefined ? {} : { revision: options.revision }),
    downloadsDir: join(modelsDir, '.downloads'),
    agree: agreement(`${id}, at ${huggingFaceEndpoint}/${id}`, options, bar),
    onProgress: (done, total) => bar.show('downloading', done, total),
    signal,
  });
  return importDownload(download, name, modelsDir, bar, signal);
}

/** Asks whether the license of `model` is accepted, unless it has been already. */
const agreement =
  (model: string, { acceptLicense = false }: Options, bar: TransferBar) =>
  async (license: string): Promise<void> => {
    if (acceptLicense) return;
    bar.stop();
    const terms = `The license of ${model} is ${license}, which has terms of its own`;
    const command = 'read them, then add --accept-license';
    if (!(await confirmed(`${terms}. Have you read and do you accept them?`, `${terms}: ${command}`)))
      throw new ChispaError('license-refused', `${terms}. Without accepting them it is not imported.`);
  };

/** A download is kept only when another attempt can help. */
async function importDownload(
  download: DownloadedModel,
  name: string,
  modelsDir: string,
  bar: TransferBar,
  signal: AbortSignal,
) {
  try {
    const imported = await importFolder(download.folder, {
      modelsDir,
      name,
      source: download.source,
      onProgress: (done, total) => bar.show('importing', done, total),
      signal,
    });
    await removeDownload(download);
    return imported;
  } catch (error) {
    const mayWorkLater =
      !(error instanceof ChispaError) || error.code === 'disk-full' || error.code === 'interrupted';
    if (!mayWorkLater) await removeDownload(download);
    throw error;
  }
}

async function report({ name, path, notes }: ImportedModel, options: Options): Promise<void> {
  const { parameters, dtypes, bytes, manifest } = await describeModel(path);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const { source, licence } = manifest ?? {};
  const prompt = manifest?.prompt.kind ?? 'plain';
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ name, path, parameters, dtypes, bytes, source, licence, prompt, notes })}\n`
      : `Imported ${name}: ${grouped(parameters)} parameters, ${dtypes.join(' and ')}, ${fileSize(bytes)}, licence ${licence ?? 'not stated'}.\nIt is asked for jokes by a ${prompt} prompt (npx chispa model prompt ${name}). Try it with: npx chispa joke --source new --model ${name}\n`,
  );
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;
