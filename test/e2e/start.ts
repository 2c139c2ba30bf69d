import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../src/config.ts';
import { ROLES, startProgram } from '../../src/main.ts';
import { violationsOf } from '../box/spec.ts';
import { dropDatabase, freshDatabase, freshDataDir } from '../databases.ts';
import { createPlayer } from './player.ts';

/** The whole program in this process, on a new database, with a player in its box. */
export async function startForTest({ onServer = false, config = {} as Partial<Config> } = {}) {
  const dataDir = freshDataDir();
  const databaseUrl = onServer ? await freshDatabase() : undefined;
  const said: string[] = [];
  const program = await startProgram(
    {
      ...loadConfig({}, join(dataDir, 'none')),
      logLevel: 'error',
      dataDir,
      boxPort: 0,
      databaseUrl,
      voterSecret: onServer ? 'a secret for the tests' : undefined,
      ...config,
    },
    ROLES,
    (line) => said.push(line),
  );
  if (!program.box) throw new Error('no box without a token');
  let exchanges = 0;
  const violations = new Set<string>();
  program.box.onExchange((exchange) => {
    exchanges++;
    for (const violation of violationsOf(exchange)) violations.add(violation);
  });
  const player = await createPlayer(program.box.url);
  return {
    box: program.box,
    said,
    player,
    dataDir,
    databaseUrl,
    /** How Discord's OpenAPI judges what was said so far. */
    openApi: () => ({ exchanges, violations: [...violations] }),
    async close() {
      await program.close();
      rmSync(dataDir, { recursive: true, force: true });
      if (databaseUrl) await dropDatabase(databaseUrl);
      if (violations.size > 0) throw new Error(`Discord’s OpenAPI disagrees: ${[...violations].join('; ')}`);
    },
  };
}
export type Started = Awaited<ReturnType<typeof startForTest>>;
