import { expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

it('chispa box refuses to run beside a real token', async () => {
  const env = {
    DISCORD_TOKEN: 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZsdTestZsdTestZsdTestZsdTest',
    DATABASE_URL: '',
  };
  const { error } = await runCommand(['box', '--port', '0', '--no-open'], env);
  expect(error).toMatchObject({ code: 'real-token', message: expect.stringContaining('--beside-token') });
});

it('chispa box runs beside one when told, or without one', async () => {
  const bot = ['--port', '0', '--no-open', '--bot', 'node -e 0'];
  const env = {
    DISCORD_TOKEN: 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZsdTestZsdTestZsdTestZsdTest',
    DATABASE_URL: '',
  };
  expect((await runCommand(['box', ...bot, '--beside-token'], env)).error).toBeUndefined();
  expect((await runCommand(['box', ...bot], { ...env, DISCORD_TOKEN: '' })).error).toBeUndefined();
});
