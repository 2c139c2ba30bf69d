import { setTimeout as delay } from 'node:timers/promises';
import { createRandom } from '../../src/lib/random.ts';
import type { Member, Question, Stage } from './stage.ts';

interface Duration {
  seconds: number;
  signal: AbortSignal;
}

/** Independent people: the time between two questions is exponentially distributed. */
export async function poisson(
  stage: Stage,
  { perSecond, seconds, signal }: Duration & { perSecond: number },
): Promise<Question[]> {
  const asked: Promise<Question>[] = [];
  await arrivals({ perSecond, seconds, signal }, () => {
    const question = stage.ask(stage.next());
    question.catch(() => {}); // thrown below, where the stage can be closed
    asked.push(question);
  });
  return Promise.all(asked);
}

/** Calls `arrive` at the times of a Poisson process, until the time is over. The same rate gives the same times. */
export async function arrivals(
  { perSecond, seconds, signal }: Duration & { perSecond: number },
  arrive: () => void,
): Promise<void> {
  const random = createRandom(Math.round(perSecond * 1000));
  const begin = performance.now();
  for (let at = 0; ; ) {
    at -= (1000 * Math.log(1 - random.unit())) / perSecond;
    if (at >= seconds * 1000) break;
    await delay(Math.max(0, begin + at - performance.now()), undefined, { signal });
    arrive();
  }
  await delay(Math.max(0, begin + seconds * 1000 - performance.now()), undefined, { signal });
}

/** So many people at once, each of whom is followed by the next one as soon as the joke is there. */
export async function concurrent(
  stage: Stage,
  { people, next = stage.next, seconds, signal }: Duration & { people: number; next?: () => Member },
): Promise<Question[]> {
  const asked: Question[] = [];
  const until = performance.now() + seconds * 1000;
  const over = delay(seconds * 1000, undefined, { signal });
  const ask = async () => {
    while (performance.now() < until) {
      const question = await stage.ask(next());
      asked.push(question);
      await Promise.race([stage.ledger.answer(question.interaction), over]);
    }
  };
  await Promise.all(Array.from({ length: people }, ask));
  return asked;
}
