import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { launch, openWindow } from '../../packages/discord-in-a-box/test/page/browser.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { ROLES, startProgram } from '../../src/main.ts';
import { createPlayer, type Player, type SeenMessage } from '../../test/e2e/player.ts';

interface Clip {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The real program in its box, its people, and browser windows on its page to take screenshots of. */
export async function openScene(chromium: string, folder: string) {
  mkdirSync(folder, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'chispa-screenshots-'));
  const defaults = loadConfig({}, join(dataDir, 'none'));
  const config: Config = {
    ...defaults,
    ...{ logLevel: 'warn', dataDir, modelsDir: join(dataDir, 'models'), boxPort: 0, slots: 3 },
    // A small community: its training is short and is evaluated on few jokes.
    ...{ learnAfterVotes: 0, learnSchedule: undefined, learnMinutes: 4 },
    gate: { ...defaults.gate, heldOut: 10 },
  };
  const program = await startProgram(config, ROLES, console.log);
  if (!program.box) throw new Error('the screenshots are taken in the box');
  const { box } = program;
  const browser = await launch(chromium);
  const player = await createPlayer(box.url);
  const [jokes, log] = (await player.world()).guilds[0]?.channels ?? [];
  if (!jokes || !log) throw new Error('the box has two channels');
  const hash = `#/${player.guild}/${jokes.id}`;
  const open = async (user: string, height: number) =>
    (await openWindow(browser, box, { user, hash, width: 1100, height })).page;
  const windows = {
    ana: await open('ana', 900),
    moderator: await open(player.moderator.id, 1400),
    phone: (await openWindow(browser, box, { user: 'ana', hash, phone: true })).page,
  };

  /** `clip`: the part of a page to keep, in pixels. */
  async function save(what: Page | Locator, name: string, clip?: Clip): Promise<void> {
    const path = join(folder, `${name}.png`);
    await what.screenshot({ path, animations: 'disabled', ...(clip && { clip }) });
    console.log(path);
  }
  const onPage = (page: Page, { id }: { id: string }): Locator =>
    page.locator(`[data-message="${id}"]`).first();

  return {
    box,
    player,
    windows,
    /** The moderators' log channel. */
    log,
    save,
    onPage,
    /** Takes a screenshot of one message once its images have loaded. */
    async shoot(page: Page, message: SeenMessage, name: string): Promise<void> {
      const shown = onPage(page, message);
      await shown.waitFor();
      await shown.locator('.thinking').waitFor({ state: 'detached' });
      if (message.interaction) await shown.locator('.origin').waitFor();
      if (message.embeds.some(({ image }) => image)) await shown.locator('img').last().waitFor();
      await shown.scrollIntoViewIfNeeded();
      await save(shown, name);
    },
    async close(): Promise<void> {
      await browser.close();
      await program.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
export type Scene = Awaited<ReturnType<typeof openScene>>;

/** The custom id of a message's button, by its label. */
export const button = (message: SeenMessage, label: string): string =>
  message.components.flatMap((row) => row.components).find((one) => one.label === label)?.custom_id ?? '';

const ANSWERED_WITHIN_MS = 60_000;

/**
 * The answer to an interaction once it is `wanted`; polls only that one, because the channel grows long. Undefined if it
 * does not come: a busy machine may acknowledge too late for Discord, and some jokes are not fit to be told.
 */
export async function answered(
  player: Player,
  interaction: string,
  wanted: (message: SeenMessage) => boolean,
): Promise<SeenMessage | undefined> {
  for (const deadline = Date.now() + ANSWERED_WITHIN_MS; Date.now() < deadline; await delay(100)) {
    const { user, message, state } = await player.call<{ user: string; message?: string; state: string }>(
      `/box/interactions/${interaction}`,
    );
    if (state === 'failed') return undefined;
    const seen = message && (await player.call<SeenMessage>(`/box/messages/${message}?user=${user}`));
    if (seen && wanted(seen)) return seen;
    if (seen && seen.content !== '' && !seen.content.startsWith('⏳')) return undefined;
  }
  return undefined;
}
