// npm run docs:screenshots: asks the real bot in the box for each thing that docs/commands.md shows, and takes its
// pictures from the real page. Needs Chromium.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { type Config, loadConfig } from '../src/config.ts';
import { es } from '../src/discord/messages/index.ts';
import { packageRoot } from '../src/lib/paths.ts';
import { ROLES, startProgram } from '../src/main.ts';
import { createPlayer, isFinished, type SeenMessage, voteButtons } from '../test/e2e/player.ts';
import { findChromium, launch, openWindow } from '../test/page/browser.ts';

const folder = join(packageRoot, 'docs/images');
mkdirSync(folder, { recursive: true });
const dataDir = mkdtempSync(join(tmpdir(), 'chispa-screenshots-'));
const chromium = findChromium();
if (!chromium) process.exit(1);

const config: Config = { ...loadConfig({}, join(dataDir, 'none')), logLevel: 'warn', dataDir, boxPort: 0 };
const program = await startProgram(config, ROLES, console.log);
if (!program.box) throw new Error('the screenshots are taken in the box');
const { box } = program;
const browser = await launch(chromium);
const player = await createPlayer(box.url);
const { ana, luis, moderator } = player;
const [first, second] = (await player.world()).guilds[0]?.channels ?? [];
if (!first || !second) throw new Error('the box has two channels');
const hash = `#/${player.guild}/${first.id}`;
const windows = {
  ana: (await openWindow(browser, box, { user: 'ana', hash, width: 1100, height: 900 })).page,
  moderator: (await openWindow(browser, box, { user: moderator.id, hash, width: 1100, height: 1100 })).page,
  phone: (await openWindow(browser, box, { user: 'ana', hash, phone: true })).page,
};

const save = async (what: Page | Locator, name: string) => {
  await what.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  console.log(`docs/images/${name}.png`);
};
const messageOn = (page: Page, { id }: { id: string }) => page.locator(`[data-message="${id}"]`).first();
const shoot = async (page: Page, message: SeenMessage, name: string) => {
  const shown = messageOn(page, message);
  await shown.scrollIntoViewIfNeeded();
  await save(shown, name);
};
const button = (message: SeenMessage, label: string) =>
  message.components.flatMap((row) => row.components).find((one) => one.label === label)?.custom_id ?? '';

try {
  await (await player.ask(moderator, 'ajustar', { segundos: 0 }, { subcommand: 'espera' })).answer();

  // A joke and its votes, also as the whole page.
  const joke = await (await player.ask(ana, 'chiste', { semilla: 11 })).answer(isFinished);
  for (const [user, score] of [
    [ana, 4],
    [luis, 5],
    [moderator, 5],
  ] as const) {
    await player.press(user, joke, voteButtons(joke)[score - 1] ?? '');
  }
  const rated = await player.until(ana, joke.id, (m) => JSON.stringify(m.embeds).includes('3 votos'));
  await windows.ana.getByText('3 votos').waitFor();
  await shoot(windows.ana, rated, 'chiste');

  const continued = await (await player.ask(luis, 'continuar', { texto: 'Había una vez' })).answer(
    isFinished,
  );
  await messageOn(windows.ana, continued).waitFor();
  await shoot(windows.ana, continued, 'continuar');
  await save(windows.ana, 'page');
  await save(windows.phone, 'phone');

  const think = await player.press(ana, joke, button(joke, es.buttons.think));
  const steps = await think.answer((m) => m.embeds[0]?.title === es.steps.title);
  await messageOn(windows.ana, steps).locator('img').first().waitFor();
  await shoot(windows.ana, steps, 'como-lo-pense');

  const preview = await player.ask(
    moderator,
    'ajustar',
    { decodificador: 'epsilon-greedy', epsilon: 0.5 },
    { subcommand: 'decodificador' },
  );
  const previewed = await preview.answer((m) => m.embeds[0]?.title === es.preview.title);
  await messageOn(windows.moderator, previewed).waitFor();
  await shoot(windows.moderator, previewed, 'ajustar-antes-y-ahora');
  await (await player.ask(moderator, 'ajustar', { canal: second.id }, { subcommand: 'registro' })).answer();
  for (const [subcommand, name] of [
    ['ver', 'ajustar'],
    ['historial', 'ajustar-historial'],
  ] as const) {
    const panel = await (await player.ask(moderator, 'ajustar', {}, { subcommand })).answer();
    await messageOn(windows.moderator, panel).waitFor();
    await shoot(windows.moderator, panel, name);
  }

  for (const [command, options, name] of [
    ['ranking', {}, 'ranking'],
    ['estadisticas', {}, 'estadisticas'],
    ['chiste', { fuente: 'mejores' }, 'chiste-mejores'],
    ['ayuda', {}, 'ayuda'],
    ['privacidad', {}, 'privacidad'],
  ] as const) {
    const answer = await (await player.ask(ana, command, options)).answer((m) => m.embeds.length > 0);
    await messageOn(windows.ana, answer).waitFor();
    await windows.ana.waitForLoadState('networkidle').catch(() => {});
    await shoot(windows.ana, answer, name);
  }

  const refused = await (await player.ask(ana, 'ajustar', {}, { subcommand: 'ver' })).answer();
  await messageOn(windows.ana, refused).waitFor();
  await shoot(windows.ana, refused, 'ajustar-negado');

  const opened = await player.press(luis, joke, button(joke, es.buttons.report));
  await player.modal(luis, opened.interaction, { reason: 'No tiene gracia' });
  const reported = await player.inChannel(
    second.id,
    moderator,
    (m) => m.embeds[0]?.title === es.report.logTitle,
  );
  await windows.moderator.goto(`${box.url}/?user=${moderator.id}#/${player.guild}/${second.id}`);
  await messageOn(windows.moderator, reported).waitFor();
  await shoot(windows.moderator, reported, 'reporte');
} finally {
  await browser.close();
  await program.close();
  rmSync(dataDir, { recursive: true, force: true });
}
