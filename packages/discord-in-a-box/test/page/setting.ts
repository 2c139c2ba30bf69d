import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Box, createBox } from '../../src/index.ts';
import { validateExchanges } from '../spec.ts';
import { control, type Look, launch, openWindow, type Window } from './browser.ts';
import { type ExampleBot, startExampleBot } from './example-bot.ts';

export interface Place {
  guild: string;
  channel: string;
  /** What the page's address ends with to show it. */
  hash: string;
}

interface World {
  guilds: {
    id: string;
    channels: { id: string; name: string; type: number }[];
    members: { id: string; name: string; username: string; moderator: boolean }[];
  }[];
}

/** A box with the example bot and a browser, for the tests of one file; windows are closed after each test. */
export interface Setting {
  box: () => Box;
  bot: () => ExampleBot;
  world: () => World;
  /** A channel of the first guild, each in turn. */
  place: () => Place;
  /** A window of the page, as Ana unless `look` says otherwise. */
  open: (look?: Look) => Promise<Page>;
  idOf: (username: string) => string;
}

/**
 * Registers the hooks that start and end everything. After each test it also fails what no test of the page may do: ask another
 * address than the box's, or leave an error in the browser's console.
 */
export function useSetting(chromium: string | null): Setting {
  let box: Box;
  let bot: ExampleBot;
  let judged: ReturnType<typeof validateExchanges>;
  let browser: Browser;
  let world: World;
  let windows: Window[] = [];
  let used = 0;

  beforeAll(async () => {
    if (!chromium) return;
    box = await createBox({ port: 0 });
    judged = validateExchanges(box);
    bot = await startExampleBot(box);
    browser = await launch(chromium);
    world = await control(box, '/box/state');
  });

  afterEach(async () => {
    const closing = windows;
    windows = [];
    await Promise.all(closing.map(({ context }) => context.close()));
    expect(
      closing.flatMap(({ strangers }) => strangers),
      'requests that left the machine',
    ).toEqual([]);
    expect(
      closing.flatMap(({ complaints }) => complaints),
      'errors in the console',
    ).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await bot?.close();
    if (chromium) expect(judged.violations, 'exchanges that Discord’s OpenAPI does not know').toEqual([]);
    await box?.close();
  });

  const place = () => {
    const [first] = world.guilds;
    const all = (first?.channels.filter(({ type }) => type === 0) ?? []).map(
      (channel) => [first?.id, channel.id] as const,
    );
    const [guild, channel] = all[used % all.length] ?? [];
    if (!guild || !channel) throw new Error('the box has channels');
    used += 1;
    return { guild, channel, hash: `#/${guild}/${channel}` };
  };

  return {
    box: () => box,
    bot: () => bot,
    world: () => world,
    place,
    open: async (look = {}) => {
      const window = await openWindow(browser, box, { hash: place().hash, ...look });
      windows.push(window);
      return window.page;
    },
    idOf: (username) => {
      const found = world.guilds
        .flatMap(({ members }) => members)
        .find((member) => member.username === username);
      if (!found) throw new Error(`no ${username} in the box`);
      return found.id;
    },
  };
}

/** Waits until what is read fits. */
export function eventually<T>(read: () => Promise<T>) {
  return expect.poll(read, { timeout: 30_000, interval: 30 });
}

/** The newest message of the window. */
export function last(page: Page): Locator {
  return page.locator('.message').last();
}

/** Runs a command without its options, as a person does. */
export async function run(page: Page, name: string): Promise<void> {
  await page.locator('.composer-input').fill(`/${name} `);
  await page.locator('.command-form .composer-send').click();
  await page.locator('.composer-input').waitFor();
}

/** A person writes. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator('.composer-input').fill(text);
  await page.locator('.composer-send').click();
  await last(page).getByText(text.slice(0, 20)).waitFor();
}

/** A whole joke of the example bot: its three edits are let through one by one, and each is seen. */
export async function joke(page: Page, bot: ExampleBot): Promise<void> {
  await run(page, 'chiste');
  await last(page).locator('.thinking').waitFor();
  for (const text of ['Van dos', 'Van dos y se cae', 'Van dos y se cae el de en medio.']) {
    bot.step();
    await last(page).locator('.embed-description').getByText(text, { exact: true }).waitFor();
  }
  await last(page).locator('[data-custom-id=voto1]').waitFor();
}
