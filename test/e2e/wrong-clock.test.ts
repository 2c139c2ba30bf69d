import { rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createBox } from 'discord-in-a-box';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { dropDatabase, freshDatabase, freshDataDir, skipPostgres } from '../databases.ts';
import { createPlayer, isFinished } from './player.ts';
import { signalGroup, spawnChispa } from './program.ts';

const wrongClock = pathToFileURL(`${packageRoot}/test/setup/wrong-clock.mjs`).href;

/** The whole program on a machine with a wrong clock; Discord's and PostgreSQL's are right. */
describe('a clock that is wrong by a quarter of an hour', () => {
  it.for<[string, number, boolean]>([
    ['ahead, with PGlite', 15, false],
    ['ahead, with PostgreSQL', 15, true],
    ['behind, with PostgreSQL', -15, true],
  ])(
    'expires nothing, and the host is told (%s)',
    { timeout: 120_000 },
    async ([, minutes, onServer], { skip }) => {
      skip(onServer && skipPostgres, 'no PostgreSQL');
      const box = await createBox({ port: 0 });
      onTestFinished(() => box.close());
      const dataDir = freshDataDir();
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
      const database = onServer ? await freshDatabase() : undefined;
      if (database) onTestFinished(() => dropDatabase(database));
      const program = spawnChispa(['start'], {
        ...{ DISCORD_TOKEN: box.token, DISCORD_API: box.api, DATA_DIR: dataDir },
        ...(database && { DATABASE_URL: database, VOTER_SECRET: 'a secret for the tests' }),
        ...{ NODE_OPTIONS: `--import ${wrongClock}`, TEST_CLOCK_AHEAD: `${minutes * 60_000}` },
      });
      onTestFinished(async () => {
        signalGroup(program, 'SIGKILL');
        await program.ended;
      });
      await program.printed(/Chispa is ready as/);
      const player = await createPlayer(box.url);
      for (const source of ['nuevo', 'casa']) {
        const joke = await (await player.ask(player.ana, 'chiste', { fuente: source })).answer(isFinished);
        expect(joke.embeds[0]?.description).toBeTruthy();
      }
      const direction = minutes > 0 ? 'ahead of' : 'behind';
      await program.printed(new RegExp(`clock is 15 min ${direction} Discord's`));
      if (onServer) await program.printed(new RegExp(`clock is 15 min ${direction} the database's`));
    },
  );
});
