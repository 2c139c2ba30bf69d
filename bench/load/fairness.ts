import { setTimeout as delay } from 'node:timers/promises';
import { OPEN_LIMITS } from '../../src/bot/admission.ts';
import { quantile } from '../quantile.ts';
import { concurrent } from './loads.ts';
import type { Member, Question, Stage } from './stage.ts';

export interface Fairness {
  /** Milliseconds from the question to the whole joke. */
  loudMs: number[];
  quietMs: number[];
  /** Median time that the quiet guild's jokes waited for a slot, and that a joke takes once it has one. */
  waitMs: number;
  jokeMs: number;
  /** Twice as many questions at once as a guild may have open: how many got a joke, or were refused with a time. */
  burst: { asked: number; told: number; refused: number };
}

/** Pauses of somebody who asks now and then. */
const PAUSE_MS = 1500;

/** In one guild as many people as may keep asking; in another, one asks now and then. */
export async function measureFairness(
  stage: Stage,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<Fairness> {
  const { people, ledger } = stage;
  const [quietest] = people;
  const loud = people.filter(({ guild }) => guild === people[1]?.guild);
  if (!quietest || loud.length * OPEN_LIMITS.user < 2 * OPEN_LIMITS.guild) throw new Error('too few people');
  let turn = 0;
  const next = (): Member => loud[turn++ % loud.length] ?? quietest;

  const burst = await Promise.all(Array.from({ length: 2 * OPEN_LIMITS.guild }, () => stage.ask(next())));
  for (const { interaction } of burst) await ledger.answer(interaction);
  const crowd = concurrent(stage, { people: OPEN_LIMITS.guild, next, seconds, signal });
  await delay(1000, undefined, { signal }); // everybody is in the queue
  const quiet: Question[] = [];
  for (const until = performance.now() + (seconds - 1) * 1000; performance.now() < until; ) {
    const question = await stage.ask(quietest);
    await ledger.answer(question.interaction);
    quiet.push(question);
    await delay(PAUSE_MS, undefined, { signal });
  }
  const loudAsked = await crowd;
  for (const { interaction } of loudAsked) await ledger.answer(interaction);
  const took = (questions: readonly Question[]) =>
    questions.flatMap(({ heard: { answers, answeredAt }, askedAt }) =>
      answers.at(-1)?.joke && answeredAt !== undefined ? [answeredAt - askedAt] : [],
    );
  const told = await stage.client?.query<{ guild: string; wait: number; ms: number }>(
    `select guild_id as guild, extract(epoch from started_at - created_at)::float8 * 1000 as wait, total_ms as ms
     from requests where total_ms is not null order by finished_at desc limit 1000`,
  );
  const rows = told?.rows ?? [];
  return {
    loudMs: took(loudAsked),
    quietMs: took(quiet),
    waitMs: quantile(
      rows.flatMap(({ guild, wait }) => (guild === quietest.guild ? [wait] : [])),
      0.5,
    ),
    jokeMs: quantile(
      rows.map(({ ms }) => ms),
      0.5,
    ),
    burst: {
      asked: burst.length,
      told: burst.filter(({ heard }) => heard.answers.at(-1)?.joke).length,
      refused: burst.filter(({ heard }) => /<t:\d+:R>/.test(heard.answers.at(-1)?.text ?? '')).length,
    },
  };
}
