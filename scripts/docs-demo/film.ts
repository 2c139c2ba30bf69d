import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Box } from '../../packages/discord-in-a-box/src/index.ts';
import { openWindow } from '../../packages/discord-in-a-box/test/page/browser.ts';

export interface Film {
  page: Page;
  /** Keeps what the page shows now, for so many milliseconds. */
  hold(ms: number): Promise<void>;
  type(text: string): Promise<void>;
  /** Moves the mouse to the middle of an element, and clicks. */
  click(target: Locator): Promise<void>;
  /** Keeps what the page shows each time the element's text changes, until `done`. */
  watch(target: Locator, done: (text: string) => boolean): Promise<void>;
  /** What img2webp takes: the frames with their times. */
  arguments(): string[];
}

/** Lossless: text stays sharp, and flat colors are small. */
const ENCODING = ['-loop', '0', '-lossless', '-m', '6'];
const KEY_MS = 70;
const MOVE_MS = 50;
const MOVES = 6;
const CHANGE_MS = 450;
const PATIENCE_MS = 60_000;
const START = { x: 390, y: 560 };

/**
 * A window on the box's page whose screenshots become a moving picture. Each frame is shown for a time that we choose, so
 * that a slow machine makes the same picture as a fast one.
 */
export async function createFilm(options: {
  browser: Browser;
  box: Box;
  locale: 'es-ES' | 'en-US';
  folder: string;
}): Promise<Film> {
  const { browser, box, locale, folder } = options;
  mkdirSync(folder, { recursive: true });
  const { page } = await openWindow(browser, box, { locale, width: 780, height: 660 });
  const frames: { path: string; ms: number }[] = [];
  await page.evaluate(POINTER);
  let at = START;

  async function hold(ms: number): Promise<void> {
    const path = join(folder, `${String(frames.length).padStart(4, '0')}.png`);
    await page.screenshot({ path, animations: 'disabled', caret: 'initial' });
    frames.push({ path, ms });
  }

  async function moveTo({ x, y }: { x: number; y: number }): Promise<void> {
    const from = at;
    for (let i = 1; i <= MOVES; i++) {
      const share = i / MOVES;
      at = { x: from.x + (x - from.x) * share, y: from.y + (y - from.y) * share };
      await page.mouse.move(at.x, at.y);
      await hold(MOVE_MS);
    }
  }

  return {
    page,
    hold,
    async type(text) {
      for (const key of text) {
        await page.keyboard.type(key);
        await hold(KEY_MS);
      }
    },
    async click(target) {
      await target.scrollIntoViewIfNeeded();
      const box = await target.boundingBox();
      if (!box) throw new Error('there is nothing to click');
      await moveTo({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
      await page.mouse.down();
      await hold(MOVE_MS);
      await page.mouse.up();
    },
    async watch(target, done) {
      let seen = '';
      for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
        const text = (await target.count()) > 0 ? await target.innerText() : '';
        if (text !== seen) await hold(CHANGE_MS);
        if (done(text)) return;
        seen = text;
        await page.waitForTimeout(20);
      }
      throw new Error(`the page still shows "${seen}"`);
    },
    arguments: () => [...ENCODING, ...frames.flatMap(({ path, ms }) => ['-d', String(ms), path])],
  };
}

/** Screenshots show no mouse pointer: this one, run in the page, follows it. */
const POINTER = `{
  const pointer = document.createElement('div');
  const shape = 'M1 1 L1 17 L5 13.5 L7.8 20 L10.6 18.8 L7.8 12.4 L13 12 Z';
  pointer.innerHTML =
    '<svg width="16" height="22"><path d="' + shape + '" fill="#111" stroke="#fff" stroke-width="1.5"/></svg>';
  Object.assign(pointer.style, { position: 'fixed', zIndex: 2147483647, pointerEvents: 'none', lineHeight: 0 });
  const follow = ({ clientX, clientY }) =>
    Object.assign(pointer.style, { left: clientX + 'px', top: clientY + 'px' });
  follow({ clientX: ${START.x}, clientY: ${START.y} });
  addEventListener('mousemove', follow, true);
  document.documentElement.append(pointer);
}`;
