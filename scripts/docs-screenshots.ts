// npm run docs:screenshots [-- FOLDER]: makes the real bot in the box show everything in docs/commands.md, lets it learn
// from votes, and takes the screenshots from the real page. Needs Chromium and some minutes.
import { join, resolve } from 'node:path';
import { findChromium } from '../packages/discord-in-a-box/test/page/browser.ts';
import { packageRoot } from '../src/lib/paths.ts';
import { shootLearning } from './docs-screenshots/learning.ts';
import { shootModerators } from './docs-screenshots/moderators.ts';
import { shootPeople } from './docs-screenshots/people.ts';
import { openScene } from './docs-screenshots/scene.ts';

const chromium = findChromium();
if (!chromium) process.exit(1);
const scene = await openScene(chromium, resolve(process.argv[2] ?? join(packageRoot, 'docs/images')));
try {
  await shootModerators(scene, await shootPeople(scene));
  await shootLearning(scene);
} finally {
  await scene.close();
}
