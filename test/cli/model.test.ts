import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fitsOf } from '../../src/cli/model/fit.ts';
import { connect, type Database } from '../../src/db/connect.ts';
import { pinModel, ratedModels, usableModels } from '../../src/db/models.ts';
import { UsageError } from '../../src/lib/errors.ts';
import { parseConfig } from '../../src/models/config.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { freshDataDir, silent } from '../databases.ts';
import { startHub } from '../models/import/loopback-hub.ts';
import { sourceFolder } from '../models/import/source-folder.ts';
import { temporaryFolder, tinyModelFolder, tinyTokenizer, writeTinyModel } from '../models/tiny-model.ts';
import { runCommand } from './run-command.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

/** An empty models folder, and the command that works on it. */
async function shelf(more: Record<string, string> = {}) {
  const home = await temporaryFolder();
  const modelsDir = join(home, 'models');
  await mkdir(modelsDir);
  const dataDir = more.DATA_DIR ?? join(home, 'data');
  const env = { MODELS_DIR: modelsDir, DATA_DIR: dataDir, MODEL: '', DATABASE_URL: '', ...more };
  const chispa = (...args: string[]) => runCommand(['model', ...args], env);
  return { modelsDir, dataDir, chispa };
}

/** The same with an existing database, because creating one is slow. */
function shelfWithDatabase() {
  const dataDir = freshDataDir();
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  return shelf({ DATA_DIR: dataDir });
}

async function hubFiles(): Promise<Record<string, Buffer>> {
  const folder = await sourceFolder('good/fp16.bin');
  const files: Record<string, Buffer> = {};
  for (const name of await readdir(folder)) files[name] = await readFile(join(folder, name));
  return files;
}

describe('chispa model import', () => {
  it('imports a model from the hub under its own name and leaves no download behind', async () => {
    const hub = await startHub(await hubFiles());
    const { modelsDir, chispa } = await shelf({ HF_ENDPOINT: `${hub.endpoint}/` });
    const { stdout, stderr, error } = await chispa('import', 'owner/model');
    expect(error).toBeUndefined();
    expect(stdout).toMatch(/^Imported model: 1,312 parameters, F16, 0\.0 MB, licence not stated\./);
    expect(stderr).toMatch(/downloading 100%[\s\S]*importing 100%/);
    expect((await readdir(modelsDir)).sort()).toEqual(['.downloads', 'model']);
    expect(await readdir(join(modelsDir, '.downloads'))).toEqual([]);
    const listed = (await chispa('list', '--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(listed).toMatchObject([
      { name: 'mini-es', bundled: true },
      { name: 'model', source: expect.stringMatching(/^owner\/model@[0-9a-f]{40}$/) },
    ]);
  });

  it('downloads nothing when the name is taken or invalid', async () => {
    const hub = await startHub(await hubFiles());
    const { modelsDir, chispa } = await shelf({ HF_ENDPOINT: hub.endpoint });
    await mkdir(join(modelsDir, 'model'));
    expect((await chispa('import', 'owner/model')).error?.message).toMatch(
      /already a model named model.*--name/,
    );
    expect((await chispa('import', 'owner/model', '--name', 'a b')).error?.message).toMatch(
      /cannot be a model's name/,
    );
    expect((await chispa('import', 'nonsense')).error).toBeInstanceOf(UsageError);
    expect((await chispa('import', modelsDir, '--revision', 'main')).error).toBeInstanceOf(UsageError);
    expect(hub.downloads).toEqual([]);
  });

  it('discards a download that can never become a model, but keeps an incomplete one', async () => {
    const evil = {
      ...(await hubFiles()),
      'pytorch_model.bin': await readFile(join(await sourceFolder('bad/os-system.bin'), 'pytorch_model.bin')),
    };
    const hub = await startHub(evil);
    const { modelsDir, chispa } = await shelf({ HF_ENDPOINT: hub.endpoint });
    expect((await chispa('import', 'owner/model')).error?.message).toMatch(/asks for posix\.system/);
    expect(await readdir(join(modelsDir, '.downloads'))).toEqual([]);
    hub.faults = { corrupts: 'pytorch_model.bin' };
    expect((await chispa('import', 'owner/model')).error?.message).toMatch(/sha256/);
    expect(await readdir(join(modelsDir, '.downloads'))).toHaveLength(1);
    expect(await readdir(modelsDir)).toEqual(['.downloads']);
  });
});

describe('a license with terms', () => {
  const card = (license: string) => Buffer.from(`---\nlicense: ${license}\n---\n# A model\n`);

  it('is asked about before any weights are downloaded', async () => {
    const hub = await startHub({ ...(await hubFiles()), 'README.md': card('llama3.2') });
    const { modelsDir, chispa } = await shelf({ HF_ENDPOINT: hub.endpoint });
    expect((await chispa('import', 'owner/model')).error?.message).toMatch(
      /license of owner\/model, at http.*\/owner\/model is llama3\.2, .*add --accept-license/,
    );
    expect(hub.downloads).toEqual([]);
    expect(await readdir(modelsDir)).toEqual(['.downloads']);
    const { stdout } = await chispa('import', 'owner/model', '--accept-license');
    expect(stdout).toMatch(/licence llama3\.2\./);
    // What has been imported has been accepted.
    expect((await chispa('import', join(modelsDir, 'model'), '--name', 'copy')).error).toBeUndefined();
  });

  it('is told from a free one', async () => {
    const { modelsDir, chispa } = await shelf();
    const source = await sourceFolder('good/fp16.bin');
    for (const [license, asks] of [
      ['other\nlicense_name: qwen-research', true],
      ['cc-by-nc-4.0', true],
      ['gemma', true],
      ['openrail', true],
      ['apache-2.0', false],
      ['"MIT"', false],
      ['cc-by-sa-4.0', false],
      ['gpl-3.0', false],
    ] as const) {
      await writeFile(join(source, 'README.md'), card(license));
      const { error } = await chispa('import', source, '--name', 'm');
      if (asks)
        expect(error?.message, license).toContain(` is ${license.split(' ').at(-1)}, which has terms`);
      else expect(error, license).toBeUndefined();
      rmSync(join(modelsDir, 'm'), { recursive: true, force: true });
    }
  });
});

describe('what fits a machine', () => {
  const qwen = parseConfig(JSON.stringify({ model_type: 'qwen3', vocab_size: 151_936, hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, max_position_embeddings: 40_960, tie_word_embeddings: true, eos_token_id: 0 }), 'Qwen3-0.6B'); // biome-ignore format: one shape

  it('is what its memory has room for, the faster the fewer bits', () => {
    const at = (gigabytes: number) => fitsOf(qwen, { memory: gigabytes * 1e9, bandwidth: 20e9 });
    expect(at(8).map(({ precision }) => precision)).toEqual(['fp32', 'q8', 'q4']);
    expect(at(3).map(({ precision }) => precision)).toEqual(['q8', 'q4']);
    expect(at(0.5)).toEqual([]);
    const [fp32, q8, q4] = at(8).map(({ tokensPerSecond }) => tokensPerSecond);
    expect([fp32, q8, q4]).toEqual([8, 31, 51]);
  });

  it('does not count an embedding that is only looked up', () => {
    const fast = (tied: boolean) => fitsOf({ ...qwen, tied }, { memory: 64e9, bandwidth: 20e9 })[0];
    expect(fast(false)?.tokensPerSecond).toBe(fast(true)?.tokensPerSecond);
    expect(fast(false)?.memory).toBeGreaterThan(fast(true)?.memory ?? 0);
  });
});

describe('chispa model', () => {
  it('lists, shows, verifies, and removes models', async () => {
    const { modelsDir, chispa } = await shelf();
    await chispa('import', await tinyModelFolder(), '--name', 'tiny');
    await mkdir(join(modelsDir, 'broken'));
    await writeFile(join(modelsDir, 'broken', 'config.json'), '{');
    const { stdout: list } = await chispa('list');
    expect(list).toMatch(
      /^NAME +PARAMETERS +TYPE +SIZE +CONTEXT +FITS AT +TOKENS\/S +FROM\nbroken +damaged .*not JSON/,
    );
    expect(list).toMatch(/\ntiny +\S+ +F32 +.* fp32 q8 q4 +≈ \d+ q8 /);

    const { stdout: tree } = await chispa('show', 'tiny');
    expect(tree).toMatch(
      /^GPT2LMHeadModel\(\n {2}\(transformer\): GPT2Model\(\n {4}\(wte\): Embedding\(257, 8\) +2,056\n/,
    );
    expect(tree).toMatch(/\nin memory +fp32 0\.0 MB · q8 0\.0 MB · q4 0\.0 MB\n/);
    const { stdout: names } = await chispa('show', 'tiny', '--names');
    expect(JSON.parse(names)).toContain('transformer.h.1.attn.c_attn');

    expect(await chispa('verify', 'tiny')).toMatchObject({
      stdout: expect.stringMatching(/^ok +model\.safetensors\nok +config\.json\n/),
    });
    await writeFile(
      join(modelsDir, 'tiny', 'config.json'),
      `${await readFile(join(modelsDir, 'tiny', 'config.json'))} `,
    );
    expect((await chispa('verify', 'tiny')).error?.message).toMatch(/config\.json is changed/);

    expect((await chispa('remove', 'tiny')).error?.message).toMatch(/add --yes/);
    expect((await chispa('remove', 'tiny', '--yes')).stdout).toBe('Removed tiny.\n');
    expect((await chispa('remove', 'tiny', '--yes')).error?.message).toMatch(/no model named tiny/);
    for (const name of ['mini-es', '../models', '.downloads'])
      expect((await chispa('remove', name, '--yes')).error, name).toBeDefined();
    expect(await readdir(modelsDir)).toEqual(['broken']);
  });

  it('activates a model, which then cannot be removed', async () => {
    const { chispa } = await shelfWithDatabase();
    await chispa('import', await tinyModelFolder(), '--name', 'tiny');
    expect((await chispa('list')).stdout).toMatch(/\nmini-es \(active\) .*\ntiny {2,}/); // the default of MODEL
    expect((await chispa('use', 'tiny')).stdout).toBe('The active model is now tiny.\n');
    expect((await chispa('list')).stdout).toMatch(/\nmini-es {2,}.*\ntiny \(active\) /);
    expect((await chispa('remove', 'tiny', '--yes')).error?.message).toMatch(/the model the bot uses/);
    expect((await chispa('use', 'mini-es')).stdout).toBe('The active model is now mini-es (before: tiny).\n');
    expect((await chispa('remove', 'tiny', '--yes')).stdout).toBe('Removed tiny.\n');
  });

  it('does not remove a pinned model, and notices when weights disappear and return', async () => {
    const { chispa, dataDir, modelsDir } = await shelfWithDatabase();
    const inDatabase = async <T>(work: (db: Database) => Promise<T>): Promise<T> => {
      const store = await connect({ dataDir, log: silent });
      try {
        return await work(store.db);
      } finally {
        await store.close();
      }
    };
    const statusOf = () =>
      inDatabase(async (db) => (await ratedModels(db)).find(({ name }) => name === 'tiny')?.status);
    const source = await tinyModelFolder();
    await chispa('import', source, '--name', 'tiny');
    await chispa('use', 'tiny');
    await chispa('use', 'mini-es');
    await inDatabase(async (db) => {
      const tiny = (await usableModels(db)).find(({ name }) => name === 'tiny');
      await pinModel(db, '10', '1', tiny?.id ?? 0);
    });
    expect((await chispa('remove', 'tiny', '--yes')).error?.message).toBe(
      'tiny is pinned by 1 server. Moderators can unpin it with /ajustar modelo.',
    );
    expect(await readdir(modelsDir)).toContain('tiny');
    expect(await statusOf()).toBe('kept');

    await inDatabase((db) => pinModel(db, '10', '1', null));
    expect((await chispa('remove', 'tiny', '--yes')).stdout).toBe('Removed tiny.\n');
    expect(await statusOf()).toBe('retired');
    await chispa('import', source, '--name', 'tiny');
    expect((await chispa('use', 'tiny')).stdout).toMatch(/^The active model is now tiny/);
    expect(await statusOf()).toBe('active');
  });

  it('removes nothing while the database that might need it is unreachable', async () => {
    const { chispa, modelsDir } = await shelf({
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      VOTER_SECRET: 'a secret for the tests',
    });
    await chispa('import', await tinyModelFolder(), '--name', 'tiny');
    expect((await chispa('remove', 'tiny', '--yes')).error).toBeDefined();
    expect(await readdir(modelsDir)).toEqual(['tiny']);
  });

  it('does not remove the model that a new database would start with', async () => {
    const { chispa } = await shelf({ MODEL: 'tiny' });
    await chispa('import', await tinyModelFolder(), '--name', 'tiny');
    expect((await chispa('remove', 'tiny', '--yes')).error?.message).toMatch(/the model the bot uses/);
  });
});

describe('chispa model prompt', () => {
  const CHATML = `{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}`;
  const tokens = ['<|im_start|>', '<|im_end|>'];

  async function imported(template?: unknown) {
    const source = await temporaryFolder();
    await writeTinyModel(source, {
      config: { vocab_size: 259, n_positions: 512 },
      tokenizer: tinyTokenizer(tokens),
    });
    if (template !== undefined)
      await writeFile(join(source, 'tokenizer_config.json'), JSON.stringify({ chat_template: template }));
    const { chispa, modelsDir } = await shelf();
    const prompt = async (...args: string[]) => {
      const { stdout, error } = await chispa('prompt', 'm', ...args);
      if (error) throw error;
      return stdout;
    };
    return { modelsDir, prompt, run: await chispa('import', source, '--name', 'm') };
  }

  it('shows the few jokes that a base model begins after, and changes their number', async () => {
    const { prompt } = await imported();
    expect(JSON.parse(await prompt('--json'))).toMatchObject({ name: 'm', kind: 'few-shot', shots: 4 });
    expect((await prompt('--shots', '1')).match(/Chiste:\n/g)).toHaveLength(2);
    expect(JSON.parse(await prompt('--json'))).toMatchObject({ shots: 1 });
    await expect(prompt('--shots', '99')).rejects.toThrow(/--shots is wrong/);
    await expect(prompt('--system', 'x')).rejects.toThrow(
      /--system is not for .* few-shot, which has --joke, --theme, --shots/,
    );
    await expect(prompt('--kind', 'chat')).rejects.toThrow(/no chat template/);
    expect(await prompt('--kind', 'plain', '--theme', '{eot}De {theme}:\\n')).toMatch(
      /theme +"\{eot\}De \{theme\}:\\n"/,
    );
  });

  it('asks an instruct model as its own template does, with another system message when told to', async () => {
    const { prompt, modelsDir } = await imported([
      { name: 'tools', template: 'x' },
      { name: 'default', template: CHATML },
    ]);
    expect(await prompt()).toContain(
      '<|im_start|>user\nCuéntame un chiste.<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(await prompt('--system', 'Habla claro.')).toContain('<|im_start|>system\nHabla claro.<|im_end|>');
    expect(await prompt('--system', '')).not.toContain('system\n');
    expect(await prompt('--joke', 'Un chiste de Jaimito.')).toContain(
      'user\nUn chiste de Jaimito.<|im_end|>',
    );
    await expect(prompt('--theme', 'sin hueco')).rejects.toThrow(/--theme is wrong/);
    const { config } = await openModelFolder(join(modelsDir, 'm'));
    expect(config.ends).toEqual([256, 258]);
  });

  it.each([
    ['{{ raise_exception("solo con herramientas") }}', /chat template cannot be used: solo con herramientas/],
    [7, /chat_template in tokenizer_config\.json is neither/],
    ['{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}', /did not finish/],
  ])('imports nothing of a model whose template is wrong: %s', async (template, message) => {
    const { run, modelsDir } = await imported(template);
    expect(run.error?.message).toMatch(message);
    expect(await readdir(modelsDir)).toEqual([]);
  });

  it('leaves the bundled model as it is', async () => {
    const { chispa } = await shelf();
    expect((await chispa('prompt', 'mini-es', '--joke', '{eot}x')).error?.message).toMatch(
      /comes with Chispa.*model import/,
    );
    expect((await chispa('prompt', 'mini-es')).stdout).toMatch(/^kind +plain\n/);
  });
});
