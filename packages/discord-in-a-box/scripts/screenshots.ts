// Draws the box's page in each of its states, light and dark, on a desktop and on a phone, for people to look at.
// npm run box:screenshots [-- WORD]   WORD: only the states whose name holds it
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBox } from '../src/index.ts';
import { findChromium, launch, openWindow } from '../test/page/browser.ts';
import { startExampleBot } from '../test/page/example-bot.ts';
import { states } from './screenshot-states.ts';

const folder = fileURLToPath(new URL('../.cache/screenshots', import.meta.url));
const [word = ''] = process.argv.slice(2);
const chromium = findChromium();
if (!chromium) process.exit(1);

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const browser = await launch(chromium);
for (const [name, { act, ...look }] of Object.entries(states)) {
  if (!name.includes(word)) continue;
  for (const phone of [false, true])
    for (const theme of ['light', 'dark'] as const) {
      // A box of its own for each picture: what one state leaves behind is not in the next.
      const box = await createBox({ port: 0 });
      const bot = await startExampleBot(box);
      const { page, context, complaints } = await openWindow(browser, box, { ...look, phone, theme });
      await act({ page, box, bot, phone });
      await page.waitForTimeout(250); // transitions
      await page.screenshot({ path: join(folder, `${name}-${phone ? 'phone' : 'desktop'}-${theme}.png`) });
      for (const complaint of complaints) console.error(`${name}: ${complaint}`);
      await context.close();
      await bot.close();
      await box.close();
    }
  console.error(name);
}
await browser.close();
console.log(folder);
