import type { Database } from '../db/connect.ts';
import { generatorsAtWork } from '../db/generators.ts';
import { isRemote } from '../db/models.ts';
import { ChispaError } from '../lib/errors.ts';

/**
 * All generators on a database tell jokes with one active model, which is either on a server (`ENGINE`) or in a folder:
 * one that starts with another server, or of the other kind, would take the others' model out of service.
 * @param initialFolder of a generator with `ENGINE`, the address of its model
 * @throws ChispaError `mixed-generators` when one with another model's server, or of the other kind, is at work.
 */
export async function demandOneFleet(db: Database, initialFolder: string): Promise<void> {
  const ours = isRemote(initialFolder) ? initialFolder : undefined;
  for (const report of await generatorsAtWork(db)) {
    if (!report) continue;
    const { provider, address, host, pid } = report;
    const remote = provider === 'server';
    if (remote === (ours !== undefined) && (!remote || address === undefined || address === ours)) continue;
    const theirs = remote ? `with ${address ?? 'one'}` : 'without it';
    throw new ChispaError(
      'mixed-generators',
      `This generator would start ${ours ? `with ENGINE (${ours})` : 'without ENGINE'}, and one on ${host} (process ${pid}) works ${theirs}: on one database all must have the same, or none. Stop the others first; one that was killed counts for half a minute.`,
    );
  }
}
