// npm run bench:acknowledge [-- SECONDS]: how soon an interaction is acknowledged while every row of the engine is busy
// and 20 interactions arrive per second. The whole program runs in its own process; the box does the timing.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPlayer } from '../test/e2e/player.ts';
import { signalGroup, spawnChispa } from '../test/e2e/program.ts';

const PER_SECOND = 20;
/** p99, in ms. */
const GOAL_MS = 300;
const seconds = Number(process.argv[2] ?? 20);
const dataDir = mkdtempSync(join(tmpdir(), 'chispa-bench-'));
const program = spawnChispa(['start'], { DATA_DIR: dataDir });

try {
  const [, url = ''] = await program.printed(/Chispa is ready: (\S+)/);
  const player = await createPlayer(url);
  const { moderator, ana, luis } = player;
  await (await player.ask(moderator, 'ajustar', { segundos: 0 }, { subcommand: 'espera' })).answer();

  // Long jokes keep the rows busy. A person with three requests waiting is refused, which is also an answer.
  const people = [ana, luis, moderator];
  const interactions: string[] = [];
  const begin = Date.now();
  for (let i = 0; i < seconds * PER_SECOND; i++) {
    const person = people[i % people.length] ?? ana;
    const { interaction } =
      i % 4 === 3
        ? await player.ask(person, 'ranking')
        : await player.ask(person, 'continuar', { texto: 'Había una vez un burro' });
    interactions.push(interaction);
    await delay(Math.max(0, begin + ((i + 1) * 1000) / PER_SECOND - Date.now()));
  }

  const times: number[] = [];
  let unanswered = 0;
  for (const id of interactions) {
    const { ackMs } = await player.call<{ ackMs: number | null }>(`/box/interactions/${id}`);
    if (ackMs === null) unanswered++;
    else times.push(ackMs);
  }
  times.sort((a, b) => a - b);
  const quantile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  console.log(
    `${cpus().length} cores, ${cpus()[0]?.model ?? ''}; ${interactions.length} interactions, ${PER_SECOND} per second`,
  );
  console.log(
    `acknowledged after p50 ${quantile(0.5)} ms, p90 ${quantile(0.9)} ms, p99 ${quantile(0.99)} ms, at most ${times.at(-1)} ms; never: ${unanswered}`,
  );
  process.exitCode = unanswered === 0 && quantile(0.99) <= GOAL_MS ? 0 : 1;
} finally {
  signalGroup(program, 'SIGINT');
  await program.ended;
  rmSync(dataDir, { recursive: true, force: true });
}
