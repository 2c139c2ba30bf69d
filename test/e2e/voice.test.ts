import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNotNull } from 'drizzle-orm';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { activeModel } from '../../src/db/models.ts';
import { jokes } from '../../src/db/schema.ts';
import { listRuns } from '../../src/db/training-runs.ts';
import { voiceFor } from '../../src/db/voices.ts';
import { es } from '../../src/discord/messages/index.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { silent, skipPostgres } from '../databases.ts';
import { LENIENT } from '../trainer/learning-options.ts';
import { aCommunity, tell } from '../trainer/rated.ts';
import { button, isFinished, type SeenMessage } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 }); // for slow machines
const SLOW = { timeout: 400_000, interval: 200 };

const text = (message: SeenMessage) => JSON.stringify([message.content, message.embeds]);

/** On PostgreSQL, so that the test can read the program's rows. */
describe.skipIf(skipPostgres)('a server with a voice of its own', () => {
  let started: Started | undefined;
  let store: Store | undefined;
  afterEach(async () => {
    await store?.close();
    await started?.close();
    [store, started] = [undefined, undefined];
  });

  it('asks for it, hears when it is learned, and is told jokes with it', async () => {
    const modelsDir = mkdtempSync(join(tmpdir(), 'chispa-'));
    onTestFinished(() => rmSync(modelsDir, { recursive: true }));
    started = await startForTest({
      onServer: true,
      config: {
        ...{
          modelsDir,
          learnMinutes: 0.1,
          learnAfterVotes: 0,
          learnSchedule: undefined,
          guildVoiceVotes: 400,
        },
        ...{ gateSamples: 10, gate: { ...LENIENT, significance: 1 } },
      },
    });
    const { player, databaseUrl, dataDir } = started;
    store = await connect({ databaseUrl, dataDir, log: silent });
    const { db } = store;
    const model = await activeModel(db);
    if (!model) throw new Error('no model serves');
    await tell(
      db,
      model,
      aCommunity(160).map((joke) => ({ ...joke, guildId: player.guild })),
    );
    const set = async (subcommand: string, options: object) =>
      text(await (await player.ask(player.moderator, 'ajustar', { ...options }, { subcommand })).answer());
    const logChannel = (await player.world()).guilds[0]?.channels[1]?.id ?? '';
    expect(await set('registro', { canal: logChannel })).toContain(`**${es.settings.guild.voice}:** no`);
    expect(await set('voz', { activado: true })).toContain(es.settings.values.voiceLater);

    const queue = await createQueue({ store, log: silent });
    await queue.planLearning({ schedule: undefined, timeZone: 'UTC' }); // checks the votes now, not in five minutes
    await queue.close();
    await expect
      .poll(async () => (await listRuns(db)).map(({ status, note }) => [status, note]), SLOW)
      .toEqual([['promoted', null]]);
    const voice = await voiceFor(db, player.guild, model.id);
    expect(readdirSync(voice?.folder ?? '')).toContain('adapter_model.safetensors');
    expect(await activeModel(db)).toMatchObject({ id: model.id });
    expect(await set('ver', {})).toContain(es.settings.values.voiceSince('<t:'));
    const { title } = es.learning.log['voice-promoted'];
    await player.inChannel(logChannel, player.moderator, (m) => m.embeds[0]?.title === title);

    const told = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
    expect(await toldWith()).toEqual([voice?.id]);
    const think = async () =>
      (await player.press(player.luis, told, button(told, es.buttons.think))).answer();
    expect((await think()).embeds[0]?.title).toBe(es.steps.title);

    rmSync(voice?.folder ?? '', { recursive: true });
    await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
    expect(await toldWith()).toEqual([voice?.id, null]);
    expect((await think()).content).toBe(es.refusal.voiceRetired);

    /** The voices of the jokes told since the votes, in order. */
    async function toldWith() {
      const rows = await db
        .select({ voiceId: jokes.voiceId })
        .from(jokes)
        .where(isNotNull(jokes.requestId))
        .orderBy(jokes.createdAt);
      return rows.map(({ voiceId }) => voiceId);
    }
  });
});
