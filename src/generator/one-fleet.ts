import type { Database } from '../db/connect.ts';
import { generatorsAtWork } from '../db/generators.ts';
import { isRemote } from '../db/models.ts';
import { ChispaError } from '../lib/errors.ts';

/**
 * All generators on a database tell jokes with one active model, which is either on a server (`ENGINE`) or in a folder:
 * each kind would take the other's model out of service whenever it starts.
 * @throws ChispaError `mixed-generators` when one of the other kind is at work.
 */
export async function demandOneFleet(db: Database, initialFolder: string): Promise<void> {
  const remote = isRemote(initialFolder);
  const other = (await generatorsAtWork(db)).find(
    (report) => report && (report.provider === 'server') !== remote,
  );
  if (!other) return;
  const [ours, theirs] = remote ? ['with', 'without'] : ['without', 'with'];
  throw new ChispaError(
    'mixed-generators',
    `This generator would start ${ours} ENGINE, and one on ${other.host} (process ${other.pid}) works ${theirs} it: on one database all must have it, or none. Stop the others first; one that was killed counts for half a minute.`,
  );
}
