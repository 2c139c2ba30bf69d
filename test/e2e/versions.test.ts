import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { activeModel, ensureModelVersion, type ModelVersion } from '../../src/db/models.ts';
import { promoteCandidate, rejectCandidate, rollBackWorse } from '../../src/db/promotion.ts';
import type { RunEvaluation } from '../../src/db/run-record.ts';
import { beginRun, findRun, listRuns, recordEpoch, recordRun } from '../../src/db/training-runs.ts';
import { es } from '../../src/discord/messages/index.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { silent, skipPostgres } from '../databases.ts';
import { copyModel } from './model-copy.ts';
import {
  button,
  createPlayer,
  isEphemeral,
  isFinished,
  type Player,
  type SeenMessage,
  voteButtons,
} from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 }); // for slow machines

const text = (message: SeenMessage) => JSON.stringify([message.content, message.embeds, message.components]);
const { refusal, models, log } = es.learning;

const figures = {
  distinct1: 0.5,
  distinct2: 0.8,
  distinct3: 0.9,
  repetition: 0.02,
  selfEnding: 0.97,
  recited: 0,
  unsafe: 0.01,
};
const evaluation = (passed: boolean): RunEvaluation => ({
  before: figures,
  after: figures,
  losses: { before: 3.214, after: passed ? 3.102 : 3.21, jokes: 42, gain: passed ? 0.112 : 0.004 },
  generated: 300,
  reasons: [
    { check: 'held-out', passed: true, value: 42, limit: 30 },
    { check: 'loss', passed, value: passed ? 0.012 : 0.4, limit: 0.05 },
    { check: 'diversity', passed: true, value: 0.8, limit: 0.72 },
  ],
  samples: [1, 2, 3].map((seed) => ({ seed, before: `antes **${seed}** @everyone`, after: `ahora ${seed}` })),
});

/** On PostgreSQL, so that the test can act as a trainer next to the program. */
describe.skipIf(skipPostgres)('the versions of the model', () => {
  let started: Started;
  let store: Store;
  /** Carmen moderates the first guild and owns the application; Diego moderates the second one. */
  let player: Player;
  let other: Player;
  let logChannel: string;
  const folders: string[] = [];

  beforeAll(async () => {
    started = await startForTest({ onServer: true });
    player = started.player;
    other = await createPlayer(started.box.url, 1);
    store = await connect({ databaseUrl: started.databaseUrl, dataDir: started.dataDir, log: silent });
    logChannel = (await player.world()).guilds[0]?.channels[1]?.id ?? '';
  });
  afterAll(async () => {
    await store?.close();
    await started?.close();
    for (const folder of folders) rmSync(dirname(folder), { recursive: true });
  });

  /** What a trainer produces: a folder with different weights, and their row. */
  async function candidate(name: string, weights: number): Promise<ModelVersion> {
    const folder = copyModel(name, { weights });
    folders.push(folder);
    const { sha256, manifest, config } = await openModelFolder(folder);
    const parent = await activeModel(store.db);
    return ensureModelVersion(store.db, {
      ...{ name, folder, sha256, files: manifest.files, kind: 'trained', context: config.positions },
      ...(parent && { parentId: parent.id, base: parent.base }),
    });
  }
  async function finishedRun(version: ModelVersion, passed: boolean): Promise<string> {
    const former = await activeModel(store.db);
    const run = await beginRun(store.db, {
      baseVersionId: former?.id ?? 0,
      ...{ trigger: 'votes', settings: {}, owner: 'the test', votesSeen: 0 },
    });
    await recordRun(store.db, run, {
      corpus: { sha256: 'a'.repeat(64), rated: 214, learned: 180, heldOut: 42, seed: 456, votes: 1032.4 },
    });
    for (const epoch of [1, 2, 3]) {
      const losses = { trainLoss: 3.4 - epoch / 10, validationLoss: 3.5 - epoch / 12 };
      await recordEpoch(store.db, run.id, { epoch, ...losses, seconds: 60 * epoch });
    }
    const outcome = { versionId: version.id, formerId: former?.id ?? 0, evaluation: evaluation(passed) };
    await (passed ? promoteCandidate : rejectCandidate)(store.db, run, outcome);
    return run.id;
  }
  const modelo = async (subcommand: string, options = {}, as = player.moderator, where = player) =>
    (await where.ask(as, 'modelo', options, { subcommand })).answer();
  const tell = async (where = player) =>
    (await where.ask(where.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
  /** Generators follow a moment after the database changes. */
  const tellsWith = (name: string, where = player) =>
    expect
      .poll(async () => (await tell(where)).embeds[0]?.footer?.text, { timeout: 60_000 })
      .toContain(`${name} ·`);
  const suggested = async (subcommand: string, typed: string): Promise<string[]> => {
    const { choices } = await player.call<{ choices: { value: string }[] }>('/box/autocomplete', {
      ...{ guild: player.guild, channel: player.channel, user: player.moderator.id },
      ...{ name: 'modelo', subcommand, options: { version: typed }, focused: 'version' },
    });
    return choices.map(({ value }) => value);
  };

  it('are for moderators and the host to see, and only the host’s to change', async () => {
    expect((await modelo('lista', {}, player.ana)).content).toBe(refusal.modelsForModerators);
    for (const [subcommand, options] of [
      ['entrenar', {}],
      ['activar', { version: 'mini-es' }],
      ['volver', {}],
      ['pausar', { activado: true }],
    ] as const) {
      const refused = await modelo(subcommand, options, other.moderator, other);
      expect(refused.content).toBe(refusal.hostOnly);
      expect(isEphemeral(refused)).toBe(true);
    }
    const list = await modelo('lista', {}, other.moderator, other);
    expect(isEphemeral(list)).toBe(true);
    expect(text(list)).toContain('🟢 **mini-es** · activa');
    expect((await modelo('volver')).content).toBe(refusal.nothingToRollBack);
  });

  it('are announced in the log channel with what they learned from, a chart and samples', async () => {
    await (
      await player.ask(player.moderator, 'ajustar', { canal: logChannel }, { subcommand: 'registro' })
    ).answer();
    await finishedRun(await candidate('mini-es-2', 1), true);
    const told = await player.inChannel(
      logChannel,
      player.ana,
      (m) => m.embeds[0]?.title === log.promoted.title,
    );
    const [embed] = told.embeds;
    expect(embed?.description).toBe(log.promoted.text('mini-es-2', 'mini-es'));
    const fields = Object.fromEntries((embed?.fields ?? []).map(({ name, value }) => [name, value]));
    expect(fields[models.fields.learnedFrom]).toBe('214 chistes con votos (1032 votos) y 456 de la casa');
    expect(fields[models.fields.loss]).toContain('3,214 → 3,102 en 42 chistes');
    expect(fields[models.fields.exam]?.split('\n')).toEqual([
      '✅ 42 chistes para comparar (hacen falta 30)',
      '✅ la mejora es casualidad: 1,2\u00a0% de probabilidad (como mucho 5\u00a0%)',
      '✅ variedad: 0,8 (al menos 0,72)',
    ]);
    expect(fields[log.sample(2)]).toContain('ahora 2');
    expect(fields[log.sample(2)]).toContain(String.raw`antes \*\*2\*\*`);
    expect(fields[log.sample(2)]).not.toContain('@everyone');
    const picture = new Uint8Array(await (await fetch(embed?.image?.url ?? '')).arrayBuffer());
    expect(String.fromCharCode(...picture.slice(1, 4))).toBe('PNG');
    expect(picture.length).toBeGreaterThan(5000);
    await tellsWith('mini-es-2');
  });

  it('that did not pass are announced as such, and do not serve', async () => {
    await finishedRun(await candidate('mini-es-3', 2), false);
    const told = await player.inChannel(
      logChannel,
      player.ana,
      (m) => m.embeds[0]?.title === log.rejected.title,
    );
    expect(told.embeds[0]?.description).toBe(log.rejected.text('mini-es-3', 'mini-es-2'));
    expect(text(told)).toContain('❌ la mejora es casualidad');
    expect((await modelo('activar', { version: 'mini-es-3' })).content).toBe(refusal.unusable('mini-es-3'));
    await tellsWith('mini-es-2');
  });

  it('are listed with their state and ratings, and suggested', async () => {
    const joke = await tell();
    await player.press(player.luis, joke, voteButtons(joke)[3] ?? '');
    await player.until(player.ana, joke.id, (m) => text(m).includes('1 voto'));
    const [embed] = (await modelo('lista')).embeds;
    const lines = embed?.description?.split('\n') ?? [];
    expect(lines[0]).toBe('🔴 **mini-es-3** · descartada');
    expect(lines[1]).toMatch(/^-# <t:\d+:d> · sin votos · 0 chistes$/);
    expect(lines[2]).toBe('🟢 **mini-es-2** · activa');
    expect(lines[3]).toMatch(/ · ★ 4 · 1 voto · \d+ chistes?$/);
    expect(lines[4]).toBe('⚪ **mini-es** · guardada');
    expect(lines.at(-1)).toMatch(/^⚙️ Escribo con la (CPU|GPU)/);
    expect(await suggested('detalle', 'es-')).toEqual(['mini-es-3', 'mini-es-2']);
    expect(await suggested('activar', '')).toEqual(['mini-es-2', 'mini-es']);
  });

  it('are shown one by one, with chart, exam and parent', async () => {
    const shown = await modelo('detalle', { version: 'mini-es-2' });
    expect(shown.embeds[0]?.image?.url).toMatch(/chispa\.png$/);
    const fields = (shown.embeds[0]?.fields ?? []).map(({ name }) => name);
    const { status, created, ratings, parent, learnedFrom, loss, exam } = models.fields;
    expect(fields).toEqual([status, created, ratings, parent, learnedFrom, loss, exam]);
    expect(text(shown)).toContain('"value":"mini-es"'); // its parent
    const bundled = await modelo('detalle', { version: 'mini-es' });
    expect(text(bundled)).toContain(models.notLearned);
    expect((await modelo('detalle', { version: 'nope' })).content).toBe(es.refusal.unknownModel);
  });

  it('stay with a guild that pinned one, by a button below its details', async () => {
    const shown = await modelo('detalle', { version: 'mini-es' });
    const pinned = await (await player.press(player.moderator, shown, button(shown, es.buttons.pin))).answer(
      (m) => m.id !== shown.id,
    );
    expect(pinned.content).toBe(models.pinned('mini-es'));
    await tellsWith('mini-es');
    await tellsWith('mini-es-2', other);
    const list = text(await modelo('lista'));
    expect(list).toContain(`${models.pinnedHere} · ${models.pins(1)}`);
    expect(text(await modelo('lista', {}, other.moderator, other))).not.toContain('📌');

    const again = await modelo('detalle', { version: 'mini-es' });
    await player.press(player.moderator, again, button(again, es.buttons.unpin));
    await tellsWith('mini-es-2');
  });

  it('are gone back from in one step, and activated', async () => {
    expect((await modelo('volver')).content).toBe(models.rolledBack('mini-es', 'mini-es-2'));
    await tellsWith('mini-es');
    expect((await modelo('activar', { version: 'mini-es-2' })).content).toBe(
      models.activated('mini-es-2', 'mini-es'),
    );
    await tellsWith('mini-es-2');
    expect((await modelo('activar', { version: 'mini-es-2' })).content).toBe(
      models.alreadyActive('mini-es-2'),
    );
  });

  it('that people like less are announced when they go', async () => {
    const runId = await finishedRun(await candidate('mini-es-4', 3), true);
    await tellsWith('mini-es-4');
    const run = await findRun(store.db, runId);
    if (!run) throw new Error('the run is gone');
    const details = { former: { jokes: 80, mean: 3.61 }, present: { jokes: 75, mean: 3.1 } };
    expect(await rollBackWorse(store.db, run, details)).toBe(true);
    const told = await player.inChannel(
      logChannel,
      player.ana,
      (m) => m.embeds[0]?.title === log['rolled-back'].title,
    );
    expect(told.embeds[0]?.fields?.[0]?.value).toBe(
      '**mini-es-2**: ★ 3,61 en 80 chistes\n**mini-es-4**: ★ 3,1 en 75 chistes',
    );
    await tellsWith('mini-es-2');
  });

  it('learn when the host says so, and not by themselves while paused', async () => {
    expect((await modelo('pausar', { activado: true })).content).toBe(models.pausedNow);
    expect(text(await modelo('lista'))).toContain(models.paused);
    expect((await modelo('pausar', { activado: false })).content).toBe(models.resumedNow);
    expect(text(await modelo('lista'))).not.toContain(models.paused);

    const runs = (await listRuns(store.db)).length;
    expect((await modelo('entrenar')).content).toMatch(
      /^Para aprender hacen falta unos 200 chistes con votos, y por ahora hay \d\.$/,
    );
    expect(await listRuns(store.db)).toHaveLength(runs);
  });

  it('obey the host in direct messages too', async () => {
    const { dms } = await player.call<{ dms: { id: string; user: string }[] }>('/box/state');
    const dm = dms.find(({ user }) => user === player.moderator.id)?.id ?? '';
    const { interaction } = await player.call<{ interaction: string }>('/box/commands', {
      ...{ channel: dm, user: player.moderator.id, name: 'modelo', subcommand: 'lista', options: {} },
    });
    const list = await player.inChannel(
      dm,
      player.moderator,
      (m) => m.interaction === interaction && m.embeds.length > 0,
    );
    expect(text(list)).toContain('🟢 **mini-es-2**');
  });

  it('have their mean ratings in the statistics', async () => {
    const drawn = await (await player.ask(player.luis, 'estadisticas')).answer((m) => m.embeds.length > 0);
    expect(text(drawn)).toMatch(/chispa\.png/);
  });
});
