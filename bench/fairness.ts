// npm run bench:fairness [-- SECONDS]: how long the requests of a guild with three people wait beside 109 guilds whose one
// person asks again as soon as they are answered, on PostgreSQL (TEST_DATABASE_URL). Writing a joke is a pause of 20 ms:
// what is measured is the order of the queue. The fair share is one request of each guild: the first of a guild's
// requests that are open at once waits for one round of the 110 guilds, the second for two, the third for three.
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../src/db/connect.ts';
import { finishRequest, startRequest } from '../src/db/requests.ts';
import { createQueue } from '../src/queue/queue.ts';
import { submit } from '../src/queue/submit.ts';
import { dropDatabase, freshDatabase, silent } from '../test/databases.ts';
import { aModel, newRequest } from '../test/db/samples.ts';

const OTHERS = 109;
const JOKE_MS = 20;
const SLOTS = 8;
const seconds = Number(process.argv[2] ?? 60);
const databaseUrl = await freshDatabase();
const store = await connect({ databaseUrl, dataDir: '', log: silent });
const queue = await createQueue({ store, log: silent });
const { id: modelVersionId } = await aModel(store.db);

const answered = new Map<string, () => void>();
let served = 0;
await queue.consume({
  slots: SLOTS,
  async handle({ requestId }) {
    await startRequest(store.db, requestId, { modelVersionId });
    await delay(JOKE_MS);
    await finishRequest(store.db, requestId, { status: 'done' });
    served++;
    answered.get(requestId)?.();
    answered.delete(requestId);
  },
  expire: async () => {},
  giveUp: async () => {},
});

/** Asks, and resolves to how many requests were served, and how many milliseconds passed, until it is answered. */
async function ask(guildId: string, userId: string): Promise<{ turns: number; ms: number }> {
  const [before, since] = [served, performance.now()];
  const { id } = await submit({ store, queue }, newRequest({ guildId, userId }));
  await new Promise<void>((resolve) => answered.set(id, resolve));
  return { turns: served - before, ms: performance.now() - since };
}

const until = performance.now() + seconds * 1000;
const crowd = Array.from({ length: OTHERS }, async (_, i) => {
  const waits: number[] = [];
  while (performance.now() < until) waits.push((await ask(`${1000 + i}`, `${1000 + i}`)).turns);
  return waits;
});
await delay(3000); // everybody is in the queue
const three: { turns: number; ms: number }[][] = [];
while (performance.now() < until)
  three.push(await Promise.all(['1', '2', '3'].map((user) => ask('1', user))));
const round = OTHERS + 1;
const longest = (waits: readonly number[]) => (Math.max(...waits) / round).toFixed(2);
const others = (await Promise.all(crowd)).flat();
console.log(
  `${served} requests in ${seconds} s, ${(served / seconds).toFixed(0)} per second; a round is ${round} requests`,
);
console.log(
  `the ${OTHERS} guilds of one person: the longest wait of ${others.length} was ${longest(others)} rounds`,
);
for (const place of [0, 1, 2]) {
  const sorted = three.map(
    (waits) => waits.map(({ turns }) => turns).sort((a, b) => a - b)[place] ?? Number.NaN,
  );
  console.log(
    `request ${place + 1} of three at once: the longest wait of ${sorted.length} was ${longest(sorted)} rounds`,
  );
}
await queue.close();
await store.close();
await dropDatabase(databaseUrl);
process.exit(0);
