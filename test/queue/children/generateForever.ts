import { pino } from 'pino';
import { connect } from '../../../src/db/connect.ts';
import { createQueue } from '../../../src/queue/queue.ts';
import { submit } from '../../../src/queue/submit.ts';
import { newRequest } from '../../db/samples.ts';

// Submits a request, starts it, and never finishes it; the parent kills this program in the middle.
const [dataDir = '', databaseUrl] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const store = await connect({ dataDir, databaseUrl, log });
const queue = await createQueue({ store, log });
await submit({ store, queue }, newRequest());
await queue.consume({
  slots: 8,
  handle: async ({ requestId }) => {
    process.send?.(requestId);
    await new Promise(() => {});
  },
  expire: async () => {},
  giveUp: async () => {},
});
