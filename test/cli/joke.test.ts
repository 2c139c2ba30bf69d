import { execFileSync } from 'node:child_process';
import { expect, it, vi } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import { connect } from '../../src/db/connect.ts';
import type { GeneratedJoke } from '../../src/db/jokes.ts';
import { rate } from '../../src/db/ratings.ts';
import { retellCommand } from '../../src/discord/retell.ts';
import { startEngine } from '../../src/engine/client.ts';
import { writeJoke } from '../../src/generator/write-joke.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { createSafety } from '../../src/safety/safety.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke } from '../db/samples.ts';
import { runCommand } from './run-command.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const env = { MODEL: '', MODELS_DIR: '/nowhere', LOG_LEVEL: 'silent', THREADS: '1', PRECISION: '' };
const chispa = (...args: string[]) => runCommand(['joke', ...args], env);

/** What a shell makes of a command line. */
function typed(command: string) {
  const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return chispa(...printed.split('\0').slice(3, -1)); // npx chispa joke
}

it('tells the same joke as a generator with the same settings, and prints how to repeat it', async () => {
  const engine = await startEngine({ provider: 'cpu', threads: 1, slots: 8, precision: 'q8', log: silent });
  const loaded = await engine.load(bundledModelPath);
  const bot = await writeJoke(
    { engine, safety: createSafety(), clock: Date },
    {
      ...{ kind: 'joke', theme: 'gato', settings: BOT_DEFAULTS, seed: 7, safeMode: true },
      deadline: new Date(Date.now() + 600_000),
    },
    { loaded },
    new AbortController().signal,
    () => {},
  );
  await engine.close();
  const { stdout } = await chispa('gato', '--seed', '7');
  expect(stdout).toBe(`${bot?.result.text}\n\nmini-es · temperature 0.8 · seed ${bot?.seed}\n`);
});

it('says whether the joke mentions its theme', async () => {
  const { stdout, stderr } = await chispa('ornitorrinco', '--seed', '1', '--max-tokens', '12');
  expect(stderr).toBe('The joke does not mention "ornitorrinco". Another seed may.\n');
  const [, seed] = /maximum 12 · seed (\d+)$/m.exec(stdout) ?? [];
  const again = await chispa('ornitorrinco', '--seed', seed ?? '', '--max-tokens', '12', '--json');
  const { text, ...facts } = JSON.parse(again.stdout);
  expect(stdout.startsWith(`${text}\n\n`)).toBe(true);
  expect(facts).toMatchObject({ precision: 'q8', mentionsTheme: false, settings: { maxTokens: 12 } });
});

it('tells a house joke, about a theme if given, or says that there is none', async () => {
  const { stdout } = await chispa('médicos', '--source', 'house', '--seed', '3', '--json');
  const { id, text } = JSON.parse(stdout);
  expect(houseJokes().find((joke) => joke.id === id)).toMatchObject({ text, heldOut: false });
  expect(`${text} ${JSON.parse(stdout).category} ${JSON.parse(stdout).keywords}`).toMatch(/médic/i);
  const again = await chispa('médicos', '--source', 'house', '--seed', '3');
  expect(again.stdout).toBe(`${text}\n\n${id} of the house · seed 3\n`);
  expect((await chispa(id)).stdout.startsWith(`${text}\n\n${id} of the house`)).toBe(true);
  expect((await chispa('ornitorrinco', '--source', 'house')).error?.message).toMatch(/no joke about/);
  expect((await chispa('casa-99999')).error?.message).toBe('There is no house joke casa-99999.');
  expect((await chispa('ñ'.repeat(61))).error?.message).toMatch(/too long: up to 60 characters/);
  expect((await chispa(id, '--source', 'new')).error?.message).toMatch(/is a house joke/);
});

it('continues a text, with the settings that a server had', async () => {
  const text = "Van 'dos' `y`\nse cae";
  const told = {
    ...{ prompt: { kind: 'continue', text }, seed: 9, precision: 'q4' },
    settings: { ...BOT_DEFAULTS, decoder: 'greedy', maxTokens: 13 },
    model: { id: 1, name: 'mini-es', folder: '' },
  } as GeneratedJoke;
  const { stdout } = await typed(retellCommand(told, { voice: undefined, safe: false }));
  expect(stdout).toMatch(/^Van 'dos' `y`\nse cae.+\n\nmini-es · q4 · greedy · maximum 13 · seed 9\n$/s);
  expect((await chispa('gato', '--continue', text)).error?.message).toMatch(/not both/);
  expect((await chispa('--continue', ' ')).error?.message).toBe('--continue needs a text.');
});

it('tells one of those that servers liked, of all servers or of one', async () => {
  const dataDir = freshDataDir();
  const store = await connect({ dataDir, log: silent });
  const told = await Promise.all([
    aJoke(store.db, { joke: { text: 'El de aquí.' } }),
    aJoke(store.db, { request: { guildId: '7' }, joke: { text: 'El de allí.' } }),
    aJoke(store.db, { request: { guildId: null }, joke: { text: 'El de un mensaje directo.' } }),
  ]);
  for (const { id } of told) await rate(store.db, { jokeId: id, voter: 'luis', score: 5 });
  const disliked = await aJoke(store.db, { joke: { text: 'El malo.' } });
  await rate(store.db, { jokeId: disliked.id, voter: 'luis', score: 1 });
  await store.close();
  const best = (...args: string[]) =>
    runCommand(['joke', '--source', 'best', ...args], { ...env, DATA_DIR: dataDir, DATABASE_URL: '' });
  expect((await best('--guild', '7')).stdout).toBe('El de allí.\n\n★ 5 of 5 · 1 vote · mini-es\n');
  const { text, model, mean } = JSON.parse((await best('--seed', '3', '--json')).stdout);
  expect(['El de aquí.', 'El de allí.']).toContain(text);
  expect({ model, mean }).toEqual({ model: 'mini-es', mean: 5 });
  expect((await best('--guild', '8')).error?.message).toBe('No joke has good votes yet.');
  expect((await best('gato')).error?.message).toBe('--source best takes no theme.');
  expect((await chispa('--guild', '7')).error?.message).toBe('--guild is for --source best.');
});

it('refuses a theme that safe mode refuses', async () => {
  expect((await chispa('puta')).error?.message).toMatch(/Safe mode refuses/);
});
