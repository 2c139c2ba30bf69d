import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Round } from '../../experiments/community/arm.ts';
import { createMemory } from '../../experiments/community/memory.ts';
import { type ArmSettings, beginRounds, playedRounds } from '../../experiments/community/results.ts';
import type { EngineClient } from '../../src/engine/client.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';

const settings: ArmSettings = {
  ...{ taste: 'question', way: 'votes', gate: true, model: 'abc', rounds: 1, jokes: 10, seed: 1 },
};
const round = (number: number): Round => ({
  ...{ round: number, mean: 3, halfWidth: 0.1, plain: 3, distinct2: 0.5, recited: 0, selfEnding: 1 },
  ...{ medianWords: 20, samples: ['un chiste'] },
});

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chispa-results-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it('an arm is played once to its end, and never taken for one with other settings', async () => {
  const folder = await aFolder();
  expect(await playedRounds(folder, settings)).toBeUndefined();
  const keep = await beginRounds(folder, settings);
  await keep(round(0));
  expect(await playedRounds(folder, settings)).toBeUndefined();
  await keep(round(1));
  expect(await playedRounds(folder, settings)).toEqual([round(0), round(1)]);
  await expect(playedRounds(folder, { ...settings, jokes: 20 })).rejects.toThrow(/other settings/);
  expect(await playedRounds(folder, { ...settings, gate: false })).toBeUndefined();
});

it("the first model's jokes are told once for all arms, also after a process was killed while writing one", async () => {
  const folder = await aFolder();
  const file = join(folder, 'jokes.jsonl');
  let told = 0;
  const engine = {
    generate: async ({ model, seed }: { model: string; seed: number }) => ({
      text: `${model} ${seed} ${told++}`,
    }),
  } as unknown as EngineClient; // all that is asked of it
  const ask = async (model: string, seed: number) => {
    const remembering = (await createMemory('/first', file))(engine, () => {});
    const request = { prompt: { kind: 'joke' }, settings: BOT_DEFAULTS, seed } as const;
    return (await remembering.generate({ model, ...request })).text;
  };
  expect(await ask('/first', 1)).toBe('/first 1 0');
  await appendFile(file, '{"request":"');
  expect(await ask('/first', 1)).toBe('/first 1 0');
  expect(await ask('/other', 1)).toBe('/other 1 1');
  expect(await ask('/other', 1)).toBe('/other 1 2');
  expect(await readdir(folder)).toEqual(['jokes.jsonl']);
});
