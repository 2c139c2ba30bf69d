import { type Box, createBox } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/bot/load-commands.ts';
import { spawnChispa } from '../e2e/program.ts';

describe('chispa commands', () => {
  let box: Box;
  beforeAll(async () => {
    box = await createBox({ port: 0 });
  });
  afterAll(() => box.close());

  const chispa = async (...args: string[]) => {
    const run = spawnChispa(['commands', ...args], { DISCORD_TOKEN: box.token, DISCORD_API: box.api });
    return { code: await run.ended, output: run.output() };
  };

  it('compares, deploys once, then finds nothing to change, and clears', async () => {
    expect((await chispa('diff')).output).toMatch(/^new: .*chiste/m);
    expect(await chispa('deploy')).toMatchObject({ code: 0 });
    expect((await chispa('diff')).output).toContain('Discord has the same commands already');
    const cleared = await chispa('clear');
    const { size } = await loadCommands();
    expect(cleared.output).toContain(`Removed ${size} commands`);
    const { added } = JSON.parse((await chispa('diff', '--json')).output);
    expect(added).toHaveLength(size);
  }, 180_000);

  it('reports that it needs a token', async () => {
    const run = spawnChispa(['commands', 'diff']);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('DISCORD_TOKEN is missing');
  }, 60_000);
});
