import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from 'discord-in-a-box';
import { violationsOf } from '../../packages/discord-in-a-box/test/spec.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { ROLES, type Role, startProgram } from '../../src/main.ts';
import { dropDatabase, freshDatabase, freshDataDir } from '../databases.ts';
import { createPlayer } from './player.ts';

export interface StartOptions {
  /** Use a new PostgreSQL database instead of PGlite. */
  onServer?: boolean;
  config?: Partial<Config>;
  /** Default: all. */
  roles?: readonly Role[];
  /** The test's own box, which outlives the program as Discord does. */
  box?: Box;
  /** The test's own data folder, for a program that is restarted. */
  dataDir?: string;
}

/** Starts the whole program in this process, on a new database, with a player in its box. */
export async function startForTest(options: StartOptions = {}) {
  const { onServer = false, config = {}, roles = ROLES } = options;
  const dataDir = options.dataDir ?? freshDataDir();
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
      ...(options.box && { discordToken: options.box.token, discordApi: options.box.api }),
      ...config,
    },
    roles,
    (line) => said.push(line),
  );
  const box = options.box ?? program.box;
  if (!box) throw new Error('no box without a token');
  let exchanges = 0;
  const violations = new Set<string>();
  const stopListening = box.onExchange((exchange) => {
    exchanges++;
    for (const violation of violationsOf(exchange)) violations.add(violation);
  });
  const player = await createPlayer(box.url);
  return {
    box,
    said,
    player,
    dataDir,
    databaseUrl,
    /** Checks the exchanges so far against Discord's OpenAPI specification. */
    openApi: () => ({ exchanges, violations: [...violations] }),
    async close() {
      await program.close();
      stopListening();
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      if (databaseUrl) await dropDatabase(databaseUrl);
      if (violations.size > 0) throw new Error(`Discord’s OpenAPI disagrees: ${[...violations].join('; ')}`);
    },
  };
}
export type Started = Awaited<ReturnType<typeof startForTest>>;
