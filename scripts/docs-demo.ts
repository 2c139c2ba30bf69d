// npm run docs:demo [-- FOLDER]: makes the moving pictures at the top of README.md and README.es.md from the real page: a
// person asks for a joke, two people vote, and the bot shows how it thought of the joke. Needs Chromium, an emoji font, and img2webp
// (Debian: apt-get install chromium fonts-noto-color-emoji webp).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findChromium, launch } from '../packages/discord-in-a-box/test/page/browser.ts';
import { loadConfig } from '../src/config.ts';
import { en, es } from '../src/discord/messages/index.ts';
import { packageRoot } from '../src/lib/paths.ts';
import { ROLES, startProgram } from '../src/main.ts';
import { createPlayer } from '../test/e2e/player.ts';
import { createFilm } from './docs-demo/film.ts';
import { play } from './docs-demo/play.ts';

/** GitHub shows larger pictures too, but nobody should have to wait for them. */
const MOST_BYTES = 2_000_000;

const chromium = findChromium();
if (!chromium) process.exit(1);
const folder = resolve(process.argv[2] ?? join(packageRoot, 'docs/images'));
mkdirSync(folder, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'chispa-demo-'));
const browser = await launch(chromium);
try {
  for (const [name, locale, messages] of [
    ['demo', 'en-US', en],
    ['demo.es', 'es-ES', es],
  ] as const) {
    const dataDir = join(scratch, name);
    const defaults = loadConfig({}, join(scratch, 'none'));
    const program = await startProgram(
      { ...defaults, logLevel: 'warn', dataDir, modelsDir: join(dataDir, 'models'), boxPort: 0 },
      ROLES,
      console.log,
    );
    try {
      if (!program.box) throw new Error('the pictures are taken in the box');
      const player = await createPlayer(program.box.url);
      const film = await createFilm({ browser, box: program.box, locale, folder: join(dataDir, 'frames') });
      await play({ film, player, messages });
      const path = join(folder, `${name}.webp`);
      execFileSync('img2webp', [...film.arguments(), '-o', path], { stdio: ['ignore', 'ignore', 'inherit'] });
      const { size } = statSync(path);
      console.log(`${path}: ${Math.round(size / 1000)} kB`);
      if (size > MOST_BYTES) throw new Error(`more than ${MOST_BYTES / 1e6} MB`);
    } finally {
      await program.close();
    }
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}
