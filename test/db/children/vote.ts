import { pino } from 'pino';
import { connect } from '../../../src/db/connect.ts';
import { rate } from '../../../src/db/ratings.ts';

// Votes on the joke in argv forever, one voter after another, and reports each vote once it is recorded.
const [dataDir = '', jokeId = ''] = process.argv.slice(2);
const store = await connect({ dataDir, log: pino({ level: 'silent' }) });
for (let voter = 0; ; voter++) {
  await rate(store.db, { jokeId, voter: `voter ${voter}`, score: 5 });
  process.send?.(voter);
}
