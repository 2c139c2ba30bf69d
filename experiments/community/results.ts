import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Round } from './arm.ts';
import { linesOf } from './lines.ts';
import type { WayName } from './ways.ts';

/** Which arm it is, and whatever else its rounds depend on. */
export interface ArmSettings {
  taste: string;
  way: WayName;
  gate: boolean;
  /** sha256 of the weights of the model it begins with. */
  model: string;
  rounds: number;
  jokes: number;
  seed: number;
}

const fileOf = (folder: string, { taste, way, gate }: ArmSettings): string =>
  join(folder, `${taste}-${way}${gate ? '-gated' : ''}.jsonl`);

/**
 * The rounds of an arm that another process has played to its end; undefined if none has. Throws if they were played with other
 * settings.
 */
export async function playedRounds(folder: string, settings: ArmSettings): Promise<Round[] | undefined> {
  const file = fileOf(folder, settings);
  if (!existsSync(file)) return undefined;
  const [head, ...rounds] = linesOf<unknown>(await readFile(file, 'utf8'));
  if (head !== undefined && JSON.stringify(head) !== JSON.stringify(settings))
    throw new Error(`${file} was made with other settings: delete it, or choose another folder.`);
  return rounds.length > settings.rounds ? (rounds as Round[]) : undefined;
}

/** Begins an arm's file: the settings, and then a line for each round. */
export async function beginRounds(
  folder: string,
  settings: ArmSettings,
): Promise<(round: Round) => Promise<void>> {
  const file = fileOf(folder, settings);
  await writeFile(file, `${JSON.stringify(settings)}\n`);
  return (round) => appendFile(file, `${JSON.stringify(round)}\n`);
}
