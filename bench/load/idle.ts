import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/lib/random.ts';
import { between } from './processes.ts';
import type { Stage } from './stage.ts';

export interface Idle {
  asked: number;
  /** Shares of the requests whose first token was there within 25 and 100 ms. */
  within25: number;
  within100: number;
  /** Estimated from a histogram's buckets, in milliseconds. */
  medianMs: number;
  p99Ms: number;
}

const START = 'chispa_start_seconds';
const WARM = 10;

/** From a command to the first token of its joke, while nobody else asks. */
export async function measureIdle(
  stage: Stage,
  { requests, signal }: { requests: number; signal: AbortSignal },
): Promise<Idle> {
  const random = createRandom(requests);
  const ask = async () => {
    const { interaction } = await stage.ask(stage.next());
    await stage.ledger.answer(interaction);
    await delay(100 + 200 * random.unit(), undefined, { signal });
  };
  for (let i = 0; i < WARM; i++) await ask();
  const before = await stage.metrics(stage.generator);
  for (let i = 0; i < requests; i++) await ask();
  const starts = between(before, await stage.metrics(stage.generator), START);
  return {
    asked: starts.count,
    within25: starts.upTo(0.025),
    within100: starts.upTo(0.1),
    medianMs: 1000 * starts.quantile(0.5),
    p99Ms: 1000 * starts.quantile(0.99),
  };
}
