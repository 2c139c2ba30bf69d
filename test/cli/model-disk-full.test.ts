import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { startHub } from '../models/import/loopback-hub.ts';
import { temporaryFolder } from '../models/tiny-model.ts';
import { chispaTool } from '../setup/compiled.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const FILES = ['config.json', 'model.safetensors', 'tokenizer.json'];
const chispa = [process.execPath, chispaTool].join(' ');

/** Runs a script in bash, with `MODELS_DIR` set to a temporary folder. */
async function bash(script: string, env: Record<string, string>, wrapper: string[] = []) {
  const modelsDir = await temporaryFolder();
  const [command = '', ...args] = [...wrapper, 'bash', '-c', script];
  const child = spawn(command, args, {
    cwd: packageRoot,
    env: { ...process.env, MODELS_DIR: modelsDir, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => { output += chunk; }); // biome-ignore format: one line
  await once(child, 'close');
  return { output, modelsDir };
}

it('leaves nothing behind when the weights exceed the file size limit', async () => {
  // At most 1,000 blocks of 1 KiB per file; the system enforces this during writes.
  const { output, modelsDir } = await bash(
    `ulimit -f 1000; ${chispa} model import '${bundledModelPath}'`,
    {},
  );
  expect(output).toMatch(/There is no space left in .*free some or set MODELS_DIR/);
  expect(await readdir(modelsDir)).toEqual([]);
});

// A small disk is mounted in a separate namespace, if the system allows it.
const mountable =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' }).status === 0;

it.skipIf(!mountable)(
  'keeps the download for the next attempt when the disk fills up during the import',
  async () => {
    const files: Record<string, Buffer> = {};
    for (const name of FILES) files[name] = await readFile(join(bundledModelPath, name));
    const hub = await startHub(files);
    const { size: weights } = await stat(join(bundledModelPath, 'model.safetensors'));
    // The download and the new weights fit; the tokenizer next to them, half a megabyte, does not.
    const downloaded = Object.values(files).reduce((sum, { length }) => sum + length + 4096, 0);
    const script = `
    mount -t tmpfs -o size=${downloaded + weights + 65_536} tmpfs "$MODELS_DIR"
    ${chispa} model import owner/model || echo "failed with $?"
    echo "there: $(cd "$MODELS_DIR" && find . -type f -printf '%P ' -o -name '*.incomplete' -printf '%P ')"
    mount -o remount,size=100M "$MODELS_DIR"
    ${chispa} model import owner/model
    ${chispa} model verify model`;
    const { output } = await bash(script, { HF_ENDPOINT: hub.endpoint }, ['unshare', '-rm']);
    expect(output).toMatch(/There is no space left in .*failed with 1/s);
    const [, left = ''] = /there: (.*)/.exec(output) ?? [];
    expect(left.trim().split(' ').map((path) => path.replace(/.*\//, '')).sort()).toEqual(FILES); // biome-ignore format: one line
    expect(left).toMatch(/^\.downloads\//);
    expect(output).toMatch(/Imported model:[\s\S]*ok +model\.safetensors/);
    expect(hub.downloads).toEqual(['model.safetensors: whole']);
  },
);
