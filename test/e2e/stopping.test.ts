import { rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { type Box, createBox } from 'discord-in-a-box';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { jokes, requests } from '../../src/db/schema.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import { dropDatabase, freshDatabase, freshDataDir, silent, skipPostgres } from '../databases.ts';
import { completionsServer, event, streamed } from '../engine/completions-server.ts';
import { createPlayer, isFinished, jokeOf, type Player } from './player.ts';
import { groupIsAlive, type Spawned, signalGroup, spawnChispa } from './program.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const PATIENCE = { timeout: 60_000 };
const WHOLE = ['¿Qué hace', ' un gato en', ' la luna?'];

/** Answers with some words and then nothing, until `goOn`. */
function stalled() {
  const waiting = new Set<ServerResponse>();
  return {
    answer: (_: unknown, response: ServerResponse) => {
      response.setHeader('content-type', 'text/event-stream; charset=utf-8');
      response.write(event('¿Qué hace un perro'));
      waiting.add(response);
    },
    asked: () => waiting.size,
    goOn: () => {
      for (const response of waiting)
        response.end(`${event(' en Marte?')}${event('', { finish_reason: 'stop' })}data: [DONE]\n\n`);
    },
  };
}

describe('a program that is told to stop', () => {
  let box: Box;
  let player: Player;
  let dataDir: string;
  const started: Spawned[] = [];

  beforeAll(async () => {
    box = await createBox({ port: 0 });
    player = await createPlayer(box.url);
  });
  afterAll(() => box.close());
  beforeEach(() => {
    dataDir = freshDataDir();
  });
  afterEach(async () => {
    await endAll();
    rmSync(dataDir, { recursive: true, force: true });
  });
  async function endAll(): Promise<void> {
    for (const program of started.splice(0)) {
      if (groupIsAlive(program)) signalGroup(program, 'SIGKILL');
      await program.ended;
    }
  }

  async function start(env: Record<string, string>, role?: string): Promise<Spawned> {
    const program = spawnChispa(['start', ...(role ? ['--role', role] : [])], {
      ...{ DISCORD_TOKEN: box.token, DISCORD_API: box.api, DATA_DIR: dataDir, LEARN_SCHEDULE: 'off' },
      ...env,
    });
    started.push(program);
    await program.printed(role === 'generator' ? /Chispa generates/ : /Chispa is ready/);
    return program;
  }
  const ask = () => player.ask(player.ana, 'chiste', { fuente: 'nuevo' });
  /** The text of the reply, whatever it shows. */
  const seen = (interaction: string) => async () => {
    const shown = await player.messages(player.ana.id);
    return JSON.stringify(shown.find((message) => message.interaction === interaction) ?? null);
  };

  it('finishes the joke that somebody is reading, and exits by itself', async () => {
    const model = stalled();
    const { url: ENGINE } = await completionsServer([model.answer]);
    const program = await start({ ENGINE, SHUTDOWN_SECONDS: '60' });
    const asked = await ask();
    await expect.poll(seen(asked.interaction), PATIENCE).toContain('¿Qué hace un');
    program.child.kill('SIGTERM');
    await program.printed(/Stopping/);
    model.goOn();
    expect(await program.ended).toBe(0);
    expect(groupIsAlive(program)).toBe(false);
    expect(jokeOf(await asked.answer(isFinished))).toBe('¿Qué hace un perro en Marte?');
  });

  it('hands back what is not finished in time, says so to who waits, and tells it after the restart', async () => {
    const model = stalled();
    const { url: ENGINE } = await completionsServer([model.answer, streamed(WHOLE)]);
    const first = await start({ ENGINE, SHUTDOWN_SECONDS: '1', SLOTS: '1' });
    const asked = await ask();
    await expect.poll(seen(asked.interaction), PATIENCE).toContain('¿Qué hace un');
    const queued = await player.ask(player.luis, 'chiste', { fuente: 'nuevo' }, { locale: 'en-US' });
    await queued.answer();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0); // 1 if it takes longer than it may
    expect(await seen(asked.interaction)()).toContain(es.restarting);
    expect(await seen(queued.interaction)()).toContain(en.restarting);

    await start({ ENGINE });
    for (const one of [asked, queued])
      expect(jokeOf(await one.answer(isFinished))).toBe('¿Qué hace un gato en la luna?');
  });

  it('exits at once when it is told twice', async () => {
    const model = stalled();
    const { url: ENGINE } = await completionsServer([model.answer]);
    const program = await start({ ENGINE, SHUTDOWN_SECONDS: '600' });
    await ask();
    await expect.poll(model.asked, PATIENCE).toBe(1);
    const again = () => {
      if (groupIsAlive(program)) signalGroup(program, 'SIGINT');
      return program.child.exitCode;
    };
    again();
    await program.printed(/Stopping/);
    await expect.poll(again, { timeout: 20_000, interval: 300 }).toBe(128 + 2);
    await expect.poll(() => groupIsAlive(program), { timeout: 10_000 }).toBe(false);
  });

  it.skipIf(skipPostgres)('hands its joke to another generator without a word', async () => {
    const databaseUrl = await freshDatabase();
    onTestFinished(() => dropDatabase(databaseUrl));
    const store = await connect({ databaseUrl, dataDir, log: silent });
    onTestFinished(() => store.close());
    onTestFinished(() => endAll());
    const model = stalled();
    const { url: ENGINE } = await completionsServer([model.answer, streamed(WHOLE)]);
    const env = { DATABASE_URL: databaseUrl, VOTER_SECRET: 'a secret for the tests', ENGINE };
    await start(env, 'bot');
    const first = await start({ ...env, SHUTDOWN_SECONDS: '0' }, 'generator');
    const asked = await ask();
    await expect.poll(seen(asked.interaction), PATIENCE).toContain('¿Qué hace un');
    await start(env, 'generator');
    const edits: string[] = [];
    const stopListening = box.onExchange(({ request }) => edits.push(JSON.stringify(request)));
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(jokeOf(await asked.answer(isFinished))).toBe('¿Qué hace un gato en la luna?');
    stopListening();
    expect(edits.join()).toContain('luna');
    expect(edits.join()).not.toContain(es.restarting);
    // The reply is shown before the request is marked.
    await expect.poll(() => store.db.$count(requests, eq(requests.status, 'done')), PATIENCE).toBe(1);
    expect(await store.db.$count(jokes)).toBe(1);
  });
});
