import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LONGEST_WAIT_MS } from '../../src/bot/admission.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { postgresName, skipPostgres } from '../databases.ts';
import { isEphemeral, isFinished, jokeOf, type Player } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const REFUSAL = /^Hay muchísima gente pidiendo chistes: tu turno llegaría <t:(\d+):R>/;

describe.skipIf(skipPostgres)(`more than can be told in time, on ${postgresName}`, () => {
  let started: Started;
  let player: Player;
  const database = () => new pg.Client({ connectionString: started.databaseUrl });

  beforeAll(async () => {
    started = await startForTest({ onServer: true, config: { slots: 1 } });
    player = started.player;
    await (await player.ask(player.moderator, 'ajustar', { segundos: 0 }, { subcommand: 'espera' })).answer();
    const client = database();
    await client.connect();
    // Of other guilds, through another bot's process: no generator has taken them up. More than ten minutes, even at 30
    // ms each.
    await client.query(
      `insert into requests (kind, interaction_id, application_id, interaction_token, guild_id, channel_id, user_id,
         locale, settings, seed, priority, deadline)
       select 'joke', 'other' || n, '1', 'a token', n::text, '1', n::text, 'es-ES', $1, n, 0, now() + interval '14 min'
       from generate_series(1, 20000) n`,
      [BOT_DEFAULTS],
    );
    await client.end();
  });
  afterAll(() => started.close());

  it('a new joke is refused with the time when it would come, and a house joke comes at once', async () => {
    const { ana } = player;
    const refused = await player.eventually(async () => {
      const answer = await (await player.ask(ana, 'chiste', { fuente: 'nuevo' })).answer(
        (message) => isFinished(message) || isEphemeral(message),
      );
      return REFUSAL.test(answer.content) ? answer : undefined;
    }, 60_000);
    expect(isEphemeral(refused)).toBe(true);
    const [, turn] = REFUSAL.exec(refused.content) ?? [];
    expect(Number(turn)).toBeGreaterThan((Date.now() + LONGEST_WAIT_MS) / 1000 - 10);
    expect(refused.content).toContain('`fuente: de la casa`');

    // Whoever leaves the choice to Chispa gets one, whatever the mix says; nobody is refused.
    for (let i = 0; i < 6; i++) {
      const told = await (await player.ask(ana, 'chiste')).answer(isFinished);
      expect(jokeOf(told).length).toBeGreaterThan(10);
    }
    const client = database();
    await client.connect();
    const { rows } = await client.query(
      `select count(*) filter (where j.house_id is not null)::int as house from jokes j
       join requests r on r.id = j.request_id where r.user_id = $1 and not r.new_only`,
      [ana.id],
    );
    await client.end();
    expect(rows).toEqual([{ house: 6 }]);
  });
});
