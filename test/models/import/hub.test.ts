import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { downloadModel, type HubOptions } from '../../../src/models/import/hub.ts';
import { temporaryFolder } from '../tiny-model.ts';
import { COMMIT, type HubFaults, type LoopbackHub, startHub } from './loopback-hub.ts';
import { importInto, sourceFolder } from './source-folder.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const name of await readdir(folder)) files[name] = await readFile(join(folder, name));
  return files;
}
const modelFiles = async () => filesOf(await sourceFolder('good/fp16.bin'));

async function setUp(faults: HubFaults = {}, more: Record<string, Buffer> = {}) {
  const files = { ...(await modelFiles()), ...more };
  return {
    files,
    hub: await startHub(files, faults),
    downloadsDir: join(await temporaryFolder(), '.downloads'),
  };
}

const download = (hub: LoopbackHub, downloadsDir: string, options: Partial<HubOptions> = {}) =>
  downloadModel('owner/model', {
    endpoint: hub.endpoint,
    downloadsDir,
    retryDelay: 1,
    onProgress: () => hub.arrived(),
    ...options,
  });

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => 'downloaded',
    (error: Error) => error.message,
  );

describe('a model on the hub', () => {
  it('is downloaded with its files, pinned to a commit, and can be imported', async () => {
    const { files, hub, downloadsDir } = await setUp(
      {},
      { 'README.md': Buffer.from('---\nlicense: mit\n---\n# model') },
    );
    const seen: [number, number][] = [];
    const { folder, source } = await download(hub, downloadsDir, {
      onProgress: (...progress) => seen.push(progress),
    });
    expect(await filesOf(folder)).toEqual(files);
    expect(source).toBe(`owner/model@${COMMIT}`);
    const total = Object.values(files).reduce((sum, { length }) => sum + length, 0);
    expect(seen.at(-1)).toEqual([total, total]);
    const { imported } = await importInto(folder, { source });
    const manifest = JSON.parse(await readFile(join(imported?.path ?? '', 'chispa.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'imported', source: `owner/model@${COMMIT}`, licence: 'mit' });
  });

  it('resumes after each cut at the byte it had reached', async () => {
    const { files, hub, downloadsDir } = await setUp({ cuts: [1000, 1500] });
    const { folder } = await download(hub, downloadsDir);
    expect(await filesOf(folder)).toEqual(files);
    expect(hub.downloads).toEqual([
      'pytorch_model.bin: whole',
      'pytorch_model.bin: bytes=1000-',
      'pytorch_model.bin: bytes=2500-',
    ]);
  });

  it('resumes in the next run where an interrupted one stopped', async () => {
    const { files, hub, downloadsDir } = await setUp({ cuts: [1000, 0, 0, 0, 0, 0] });
    expect(await refusal(download(hub, downloadsDir))).toMatch(
      /broke off 5 times at byte 1000 of \d+\. Run the same command again/,
    );
    hub.faults = {};
    hub.downloads.length = 0;
    const { folder } = await download(hub, downloadsDir);
    expect(await filesOf(folder)).toEqual(files);
    expect(hub.downloads).toEqual(['pytorch_model.bin: bytes=1000-']);
  });

  it('starts over when the server does not support ranges', async () => {
    const { files, hub, downloadsDir } = await setUp({ cuts: [1000], ignoresRanges: true });
    expect(await filesOf((await download(hub, downloadsDir)).folder)).toEqual(files);
  });

  it('stops when it is told to, and resumes later', async () => {
    const { files, hub, downloadsDir } = await setUp();
    const stop = new AbortController();
    const onProgress = (done: number) => done > 3000 && stop.abort(new Error('interrupted'));
    expect(await refusal(download(hub, downloadsDir, { signal: stop.signal, onProgress }))).toBe(
      'interrupted',
    );
    expect(await filesOf((await download(hub, downloadsDir)).folder)).toEqual(files);
  });

  it('discards a file whose hash is wrong, large or small', async () => {
    for (const name of ['pytorch_model.bin', 'tokenizer.json']) {
      const { files, hub, downloadsDir } = await setUp({ corrupts: name });
      expect(await refusal(download(hub, downloadsDir))).toMatch(
        new RegExp(`${name} does not have the (sha256|git hash)`),
      );
      hub.faults = {};
      expect(await filesOf((await download(hub, downloadsDir)).folder)).toEqual(files);
    }
  });

  it('sends the token to the hub but not to the storage that it redirects to', async () => {
    const { hub, downloadsDir } = await setUp({ token: 'hf_secret' });
    expect(await refusal(download(hub, downloadsDir))).toMatch(/status 401.*HF_TOKEN/);
    await download(hub, downloadsDir, { token: 'hf_secret' });
    expect(hub.downloads).toHaveLength(1);
    expect(hub.leaked).toEqual([]);
  });

  it('reports what is wrong with a name, a token, the hub, or its files', async () => {
    const { hub, downloadsDir } = await setUp();
    const get = (id: string, options: Partial<HubOptions> = {}) =>
      refusal(downloadModel(id, { endpoint: hub.endpoint, downloadsDir, retryDelay: 1, ...options }));
    expect(await get('owner/other')).toMatch(/no model owner\/other at revision main/);
    expect(await get('owner/model', { revision: 'nope' })).toMatch(/at revision nope/);
    expect(await get('owner/model', { token: 'secret' })).toMatch(/^HF_TOKEN is not .*hf_\.$/);
    expect(await get('owner/model', { endpoint: 'http://127.0.0.1:9' })).toMatch(/cannot be reached/);
    hub.faults = { status: 403 };
    expect(await get('owner/model')).toMatch(/status 403.*terms/);
    hub.faults = { status: 503 };
    expect(await get('owner/model')).toMatch(/status 503: try again later/);
    hub.faults = { lies: { file: 'pytorch_model.bin', size: 10 } };
    expect(await get('owner/model')).toMatch(/lists pytorch_model\.bin but does not have it in that size/);
  });

  it('reports a full disk before and during a download', async () => {
    const { hub, downloadsDir } = await setUp({ lies: { file: 'pytorch_model.bin', size: 1e17 } });
    expect(await refusal(download(hub, downloadsDir))).toMatch(/needs 100000000\.00 GB .* are free/);
    hub.faults = {};
    // A device that is always full takes the place of the partial download.
    const folder = join(downloadsDir, `owner--model@${COMMIT}`);
    await mkdir(folder, { recursive: true });
    await symlink('/dev/full', join(folder, 'pytorch_model.bin.incomplete'));
    expect(await refusal(download(hub, downloadsDir))).toMatch(/no space left in .*MODELS_DIR/);
  });

  it('in shards is downloaded whole, with no file from outside the model', async () => {
    const whole = await modelFiles();
    const shard = whole['pytorch_model.bin'] ?? Buffer.alloc(0);
    const index = (file: string) =>
      Buffer.from(JSON.stringify({ weight_map: { 'transformer.wte.weight': file } }));
    const { 'pytorch_model.bin': _, ...others } = whole;
    const name = 'pytorch_model-00001-of-00001.bin';
    const downloadsDir = await temporaryFolder();
    const good = await startHub({ ...others, [name]: shard, 'pytorch_model.bin.index.json': index(name) });
    const { folder } = await download(good, downloadsDir);
    expect(await readFile(join(folder, name))).toEqual(shard);
    const evil = await startHub({ ...others, 'pytorch_model.bin.index.json': index('../../etc/passwd') });
    expect(await refusal(download(evil, join(downloadsDir, 'evil')))).toMatch(/not a plain file name/);
    const missing = await startHub({ ...others, 'pytorch_model.bin.index.json': index('absent.bin') });
    expect(await refusal(download(missing, join(downloadsDir, 'missing')))).toMatch(
      /does not have absent\.bin/,
    );
  });
});
