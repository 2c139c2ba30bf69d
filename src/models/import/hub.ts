import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileDownloadInfo, HubApiError, type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/make-folder.ts';
import { GENERATION_CONFIG_FILE } from '../generation-config.ts';
import { TOKENIZER_FILES } from '../tokenizer-convert.ts';
import { asDiskError, checkDisk } from './disk.ts';
import { downloadFile, type RemoteFile } from './hub-file.ts';
import { type Agree, agreeTo } from './license.ts';
import { CHAT_TEMPLATE_FILE } from './recipe.ts';
import { parseShardIndex, WEIGHT_FORMS } from './weights.ts';

export interface HubOptions {
  /** `HF_ENDPOINT`, without a trailing slash. */
  endpoint: string;
  /** `HF_TOKEN`. */
  token?: string;
  /** Branch, tag or commit; default `main`. */
  revision?: string;
  /** Where partial downloads are kept so that they can be resumed. */
  downloadsDir: string;
  /** Asks about a license with terms, before any weights are downloaded. */
  agree?: Agree;
  /** Reports progress: bytes of the whole model so far, and in total. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
  fetch?: typeof fetch;
  /** Milliseconds before an interrupted download is retried. */
  retryDelay?: number;
}

export interface DownloadedModel {
  /** A Hugging Face folder, to be deleted once it has been imported. */
  folder: string;
  /** Hub id with the commit. */
  source: string;
}

/** `owner/name` in the format the hub allows. */
export const HUB_ID = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;

/**
 * Downloads a model from the Hugging Face hub: config, tokenizer files, model card, and the weights in the best
 * available format. The revision is pinned to its commit first, each file is checked by size and hash, and an
 * interrupted download is resumed by the next one.
 */
export async function downloadModel(id: string, options: HubOptions): Promise<DownloadedModel> {
  const { endpoint, token, revision = 'main', signal = new AbortController().signal } = options;
  const fetcher: typeof fetch = (input, init) => (options.fetch ?? fetch)(input, { signal, ...init });
  const hub = { hubUrl: endpoint, fetch: fetcher, ...(token ? { accessToken: token } : {}) };
  try {
    const { sha } = await modelInfo({ name: id, revision, additionalFields: ['sha'], ...hub });
    if (!/^[0-9a-f]{40}$/.test(sha))
      throw new ChispaError('hub-failed', `${endpoint} does not answer like the Hugging Face hub.`);
    const listed = new Map<string, ListFileEntry>();
    for await (const entry of listFiles({ repo: id, revision: sha, ...hub }))
      if (entry.type === 'file') listed.set(entry.path, entry);

    const folder = join(options.downloadsDir, `${id.replace('/', '--')}@${sha}`);
    makeFolder(folder);
    await removeOlder(options.downloadsDir, id, folder);
    let finished = 0;
    let total = 0;
    const fetchAll = async (names: readonly string[]) => {
      const files = names.map((name) => remoteFile(name, listed));
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      total += bytes;
      await checkDisk(folder, bytes);
      for (const file of files) {
        const path = join(folder, file.name);
        if ((await stat(path).catch(() => undefined))?.size !== file.size) {
          const info = await fileDownloadInfo({ repo: id, path: file.name, revision: sha, ...hub });
          if (!info || info.size !== file.size)
            throw new ChispaError(
              'hub-failed',
              `The hub lists ${file.name} but does not have it in that size.`,
            );
          // The token is for the hub only; fetch drops it when a redirect leads to a storage server.
          const own = token && new URL(info.url).origin === new URL(endpoint).origin;
          await downloadFile({ ...file, url: info.url }, path, {
            headers: { 'Accept-Encoding': 'identity', ...(own ? { Authorization: `Bearer ${token}` } : {}) },
            fetch: fetcher,
            onProgress: (done) => options.onProgress?.(finished + done, total),
            signal,
            retryDelay: options.retryDelay ?? 500,
          });
        }
        finished += file.size;
        options.onProgress?.(finished, total);
      }
    };
    await fetchAll(smallFiles(listed, id));
    await agreeTo(await readFile(join(folder, 'README.md'), 'utf8').catch(() => undefined), options.agree);
    await fetchAll(await weightFiles(listed, folder, fetchAll));
    return { folder, source: `${id}@${sha}` };
  } catch (error) {
    signal.throwIfAborted();
    throw asDiskError(explained(error, id, revision, endpoint), options.downloadsDir);
  }
}

/** Deletes partial downloads of this model's other commits, which will never be resumed. */
async function removeOlder(downloadsDir: string, id: string, current: string): Promise<void> {
  for (const name of await readdir(downloadsDir)) {
    const path = join(downloadsDir, name);
    if (name.startsWith(`${id.replace('/', '--')}@`) && path !== current)
      await rm(path, { recursive: true, force: true });
  }
}

/** Deletes what a finished or abandoned download left behind. */
export const removeDownload = ({ folder }: DownloadedModel): Promise<void> =>
  rm(folder, { recursive: true, force: true });

function smallFiles(listed: ReadonlyMap<string, unknown>, id: string): string[] {
  if (!listed.has('config.json'))
    throw new ChispaError('hub-failed', `${id} has no config.json: it is not a model for transformers.`);
  return ['config.json', GENERATION_CONFIG_FILE, CHAT_TEMPLATE_FILE, ...TOKENIZER_FILES, 'README.md'].filter(
    (name) => listed.has(name),
  );
}

/** The names of the weight files. Fetches the index that lists them, if there is one. */
async function weightFiles(
  listed: ReadonlyMap<string, unknown>,
  folder: string,
  fetchAll: (names: string[]) => Promise<void>,
): Promise<string[]> {
  const form = WEIGHT_FORMS.find(({ file }) => listed.has(file));
  if (!form)
    throw new ChispaError(
      'weights-unsupported',
      `The model has no weights in PyTorch's or safetensors' format: looked for ${WEIGHT_FORMS.map(({ file }) => file).join(', ')}.`,
    );
  if (!form.file.endsWith('.index.json')) return [form.file];
  await fetchAll([form.file]);
  const index = parseShardIndex(await readFile(join(folder, form.file), 'utf8'), form.file);
  return [...new Set(index.values())];
}

function remoteFile(name: string, listed: ReadonlyMap<string, ListFileEntry>): RemoteFile {
  const entry = listed.get(name);
  const hash = entry?.lfs
    ? { kind: 'sha256' as const, hex: entry.lfs.oid }
    : { kind: 'git' as const, hex: entry?.oid ?? '' };
  if (!entry || hash.hex === '')
    throw new ChispaError('hub-failed', `The hub does not have ${name}, which the model needs.`);
  return { name, url: '', size: entry.lfs?.size ?? entry.size, hash };
}

function explained(error: unknown, id: string, revision: string, endpoint: string): unknown {
  if (error instanceof HubApiError) {
    const { statusCode } = error;
    if (statusCode === 401 || statusCode === 403)
      return new ChispaError(
        'hub-refused',
        `The hub does not show ${id} (status ${statusCode}): check the name, or set HF_TOKEN to a token that may read it and accept the model's terms on its page.`,
        { cause: error },
      );
    if (statusCode === 404)
      return new ChispaError('hub-missing', `The hub has no model ${id} at revision ${revision}.`, {
        cause: error,
      });
    return new ChispaError(
      'hub-failed',
      `The hub at ${endpoint} answered with status ${statusCode}: try again later.`,
      { cause: error },
    );
  }
  if (error instanceof TypeError && error.message.includes("'hf_'"))
    return new ChispaError('hub-refused', 'HF_TOKEN is not a Hugging Face token: those start with hf_.', {
      cause: error,
    });
  if (error instanceof TypeError || error instanceof SyntaxError)
    return new ChispaError(
      'hub-failed',
      `The hub at ${endpoint} cannot be reached: ${messageOf(error.cause ?? error)}.`,
      { cause: error },
    );
  return error;
}
