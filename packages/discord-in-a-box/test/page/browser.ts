import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Box } from '../../src/index.ts';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * Where Chromium is on this machine: `CHROMIUM`, or one of the usual places. Without one the page's tests are skipped with one
 * line; where `CI=true` says that it must be there, they fail.
 */
export function findChromium(): string | null {
  const found = [process.env.CHROMIUM ?? '', ...usual].find((path) => path !== '' && existsSync(path));
  if (found) return found;
  const line = `No Chromium at ${usual.join(', ')}: install it (Debian: apt-get install chromium) or set CHROMIUM to its path.`;
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`The tests of the page are skipped. ${line}`);
  return null;
}

/** Starts Chromium without the services of its own that would ask the network. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox', // the tests run as root in containers
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Look {
  user?: string;
  locale?: 'es-ES' | 'es-419' | 'en-US';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  phone?: boolean;
  /** Leaves the language to the browser. */
  guessed?: boolean;
  /** After the origin: `#/GUILD/CHANNEL`. */
  hash?: string;
}

export interface Window {
  page: Page;
  context: BrowserContext;
  /** Addresses asked for that are not the box's. */
  strangers: string[];
  /** What the page itself complained of: uncaught errors, refused content. */
  complaints: string[];
}

/** Opens the box's page in a window of its own, as one person, and waits until it shows the world. */
export async function openWindow(browser: Browser, box: Box, look: Look = {}): Promise<Window> {
  const { user = 'ana', locale = 'es-ES', theme = 'light', phone = false } = look;
  const context = await browser.newContext({
    viewport: { width: look.width ?? (phone ? 390 : 1280), height: look.height ?? (phone ? 844 : 800) },
    colorScheme: theme,
    hasTouch: phone,
    isMobile: phone,
    locale,
    timezoneId: 'Europe/Madrid',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const strangers: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${box.url}/`) && !/^(data|blob):/.test(url)) strangers.push(url);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000); // generous: many tests share a slow machine
  await page.goto(
    `${box.url}/?${new URLSearchParams({ user, ...(look.guessed ? {} : { locale }) })}${look.hash ?? ''}`,
    {
      waitUntil: 'commit',
    },
  );
  await page.waitForSelector('html[data-ready]');
  return { page, context, strangers, complaints };
}

/** Asks the box's control API. */
export async function control<T>(box: Box, path: string, body?: unknown): Promise<T> {
  const response = await fetch(
    `${box.url}${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T; // the caller names the shape docs/control-api.md gives
}
