import { pino } from 'pino';
import { connect } from '../../../src/db/connect.ts';
import { createQueue } from '../../../src/queue/queue.ts';

// Opens the database and queue given in argv as a starting process does, closes them, and reports how it went.
const [dataDir = '', databaseUrl] = process.argv.slice(2);
const log = pino({ level: 'silent' });
try {
  const store = await connect({ dataDir, databaseUrl, log });
  const queue = await createQueue({ store, log });
  await queue.close();
  await store.close();
  process.send?.('ok');
} catch (error) {
  process.send?.(error instanceof Error ? error.message : String(error));
}
process.disconnect();
