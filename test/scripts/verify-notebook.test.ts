import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { compareWithNotebook, GREEDY, NEXT_TOKENS } from '../../scripts/notebook-figures.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { temporaryFolder, writeTinyModel } from '../models/tiny-model.ts';

vi.setConfig({ testTimeout: 300_000 }); // a busy machine is slow; nothing here waits for a fixed time

const published = NEXT_TOKENS.map(([text, percent]) => ({ text, p: percent / 100 }));

describe('the comparison with the notebook', () => {
  it('accepts the published figures with equal ones in any order, to the last digit', () => {
    const near = published.toReversed().map(({ text, p }) => ({ text, p: p + 0.0001 }));
    expect(compareWithNotebook(near, GREEDY).filter(({ same }) => !same)).toEqual([]);
  });

  it('names what differs', () => {
    const other = published.map(({ text, p }) => ({ text, p: text === ' en' ? p + 0.001 : p }));
    const differing = compareWithNotebook(other, `${GREEDY} hijo`).filter(({ same }) => !same);
    expect(differing.map(({ what }) => what)).toEqual(['next token " en"', 'greedy, 15 tokens']);
    expect(compareWithNotebook([], GREEDY).filter(({ same }) => !same)).toHaveLength(NEXT_TOKENS.length);
  });
});

describe('npm run verify:notebook', () => {
  const run = (modelsDir: string) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'scripts/verify-notebook.ts'], {
      cwd: packageRoot,
      env: { ...process.env, MODELS_DIR: modelsDir },
    }).then(
      ({ stdout }) => ({ code: 0, stdout }),
      ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
    );

  it('says how to import the model if it is missing', async () => {
    const { code, stdout } = await run(await temporaryFolder());
    expect(code).toBe(0);
    expect(stdout).toMatch(/not imported here.*\n.*model import DeepESP\/gpt2-spanish/);
  });

  it('notices another model under that name', async () => {
    const modelsDir = await temporaryFolder();
    await mkdir(join(modelsDir, 'gpt2-spanish'));
    await writeTinyModel(join(modelsDir, 'gpt2-spanish'), { config: { n_positions: 64 } });
    const { code, stdout } = await run(modelsDir);
    expect(code).toBe(1);
    expect(stdout).toMatch(/DIFFERS +next token " más" +40\.87 % +0\.00 %/);
  });
});
