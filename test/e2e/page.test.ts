import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  findChromium,
  launch,
  openWindow,
  type Window,
} from '../../packages/discord-in-a-box/test/page/browser.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });
const chromium = findChromium();

/** Types and sends a slash command as a person would. */
async function type(page: Page, command: string, option = ''): Promise<void> {
  await page.locator('.composer-input').focus();
  await page.keyboard.type(`/${command} `);
  if (option) await page.keyboard.type(option);
  await page.keyboard.press('Enter');
}

const last = (page: Page) => page.locator('[data-message]').last();
const votes = (page: Page) => last(page).locator('[data-custom-id*=":rate:"]');

describe.skipIf(!chromium)('two people on the page', () => {
  let started: Started;
  let browser: Browser;
  const windows: Window[] = [];

  beforeAll(async () => {
    if (!chromium) return;
    started = await startForTest();
    browser = await launch(chromium);
  });
  afterAll(async () => {
    await browser?.close();
    await started?.close();
  });
  const openAs = async (user: string): Promise<Page> => {
    const window = await openWindow(browser, started.box, { user });
    windows.push(window);
    return window.page;
  };

  it('are told a joke that streams in, rate it, continue a text, and are refused what is for moderators', async () => {
    const [ana, bruno] = [await openAs('ana'), await openAs('bruno')];
    await type(ana, 'chiste');
    await votes(ana).first().waitFor();
    expect(await votes(ana).count()).toBe(5);
    expect((await last(ana).locator('.embed-description').textContent())?.length).toBeGreaterThan(3);

    await votes(bruno).nth(4).click();
    await votes(ana).nth(2).click();
    await ana.getByText('★ 4 de 5 · 2 votos').waitFor();
    await bruno.getByText('★ 4 de 5 · 2 votos').waitFor();

    await type(bruno, 'continuar', 'Había una vez');
    await bruno.locator('.embed-description', { hasText: 'Había una vez' }).last().waitFor();
    await votes(bruno).first().waitFor();

    // Discord's picker hides the command; typing it anyway does nothing.
    await bruno.locator('.composer-input').fill('/ajus');
    await expect.poll(() => bruno.locator('.suggestion').count()).toBe(0);
    const refused = await (
      await started.player.ask(started.player.luis, 'ajustar', {}, { subcommand: 'ver' })
    ).answer();
    await bruno.locator(`[data-message="${refused.id}"] .only-you`).waitFor();
    expect(await ana.locator(`[data-message="${refused.id}"]`).count()).toBe(0);
  });

  it('were asked for nothing beyond this machine, and saw no error', () => {
    expect(windows.flatMap(({ strangers }) => strangers)).toEqual([]);
    expect(windows.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
