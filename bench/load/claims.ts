import { quantile } from '../quantile.ts';
import type { Throughput } from './bare.ts';
import type { Fairness } from './fairness.ts';
import type { Idle } from './idle.ts';
import type { Observation } from './observe.ts';
import type { Soak } from './soak.ts';
import type { Votes } from './votes.ts';

/** A sentence that holds or not, with what was measured. */
export interface Claim {
  says: string;
  measured: string;
  holds: boolean;
}

/** One load on one model; `of`: its arrivals as a share of what the bare engine writes, or so many people at once. */
export interface LoadRow {
  model: string;
  of: number | 'people';
  bare: Throughput;
  observation: Observation;
}

/** Everything that was measured. */
export interface Report {
  machine: string;
  slots: number;
  threads: number;
  loads: LoadRow[];
  fairness?: Fairness;
  votes?: Votes;
  idle: Partial<Record<'pglite' | 'postgres', Idle>>;
  soak?: Soak;
}

export const GOALS = {
  share: 0.85,
  acknowledgeMs: 300,
  votesPerSecond: 200,
  voteMs: 100,
  startMs: { median: 25, p99: 100 },
  growth: 0.02,
};

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What is claimed about the parts that were measured. */
export function claimsOf({ loads, fairness, votes, idle, soak, slots }: Report): Claim[] {
  return [
    ...claimsOfLoads(loads, slots),
    ...(fairness ? claimsOfFairness(fairness) : []),
    ...(votes ? claimsOfVotes(votes) : []),
    ...Object.entries(idle).flatMap(([database, one]) => claimsOfIdle(database, one)),
    ...(soak ? claimsOfSoak(soak) : []),
  ];
}

function claimsOfLoads(loads: LoadRow[], slots: number): Claim[] {
  if (loads.length === 0) return [];
  const all = (pick: (observation: Observation) => number) =>
    loads.map(({ observation }) => pick(observation));
  const silent = all((one) => one.silent).reduce((a, b) => a + b, 0);
  const acknowledged = Math.max(...all((one) => (one.asked > 0 ? quantile(one.ackMs, 0.99) : 0)));
  return [
    {
      says: 'nobody waits in silence under any load',
      measured: `${silent} of ${all((one) => one.asked).reduce((a, b) => a + b, 0)}`,
      holds: silent === 0,
    },
    {
      says: `commands are acknowledged within ${GOALS.acknowledgeMs} ms (99 %) under any load`,
      measured: ms(acknowledged),
      holds: acknowledged <= GOALS.acknowledgeMs,
    },
    ...loads
      .filter(({ of }) => of === 'people')
      .map(({ model, bare, observation }) => {
        const share = observation.perSecond.tokens / bare.tokens;
        return {
          says: `${slots} people at once get at least ${percent(GOALS.share)} of what the bare engine writes (${model})`,
          measured: percent(share),
          holds: share >= GOALS.share,
        };
      }),
  ];
}

function claimsOfFairness({
  loudMs,
  quietMs,
  waitMs,
  jokeMs,
  burst: { asked, told, refused },
}: Fairness): Claim[] {
  const [quiet, loud] = [quantile(quietMs, 0.5), quantile(loudMs, 0.5)];
  return [
    {
      says: 'beside a guild that fills the queue, a quiet one waits for a slot no longer than a joke takes',
      measured: `median ${ms(waitMs)}, and a joke takes ${ms(jokeMs)}; as seen, ${ms(quiet)} against the loud guild's ${ms(loud)}`,
      holds: waitMs <= jokeMs,
    },
    {
      says: 'of a guild that asks for more than the queue takes, everybody gets a joke or is told when to try again',
      measured: `${told} and ${refused} of ${asked}`,
      holds: refused > 0 && told + refused === asked,
    },
  ];
}

function claimsOfVotes({ perSecond, ackMs, cast, acknowledged, missing, settledAfter }: Votes): Claim[] {
  const p99 = quantile(ackMs, 0.99);
  return [
    {
      says: `${GOALS.votesPerSecond} votes a second are acknowledged within ${GOALS.voteMs} ms (99 %)`,
      measured: `${perSecond.toFixed(0)} a second, ${acknowledged} of ${cast}, p99 ${ms(p99)}`,
      holds: perSecond >= 0.97 * GOALS.votesPerSecond && acknowledged === cast && p99 <= GOALS.voteMs,
    },
    {
      says: 'every acknowledged vote is in the database',
      measured: `${missing} missing after ${settledAfter.toFixed(1)} s`,
      holds: missing === 0,
    },
  ];
}

const claimsOfIdle = (database: string, { within25, within100, medianMs, p99Ms, asked }: Idle): Claim[] => [
  {
    says: `the first token of half the jokes is there within ${GOALS.startMs.median} ms (idle, ${database})`,
    measured: `${percent(within25)} of ${asked}; median about ${ms(medianMs)}`,
    holds: within25 >= 0.5,
  },
  {
    says: `and of 99 % within ${GOALS.startMs.p99} ms (${database})`,
    measured: `${percent(within100)}; p99 about ${ms(p99Ms)}`,
    holds: within100 >= 0.99,
  },
];

const claimsOfSoak = ({ minutes, asked, unanswered, memory }: Soak): Claim[] => [
  {
    says: `all of ${asked} questions in ${minutes} minutes are answered`,
    measured: `${unanswered} are not`,
    holds: unanswered === 0,
  },
  ...memory.map(({ name, kind, atFive, atEnd }) => {
    const growth = atEnd / atFive - 1;
    return {
      says: `the ${kind === 'heap' ? 'heap' : 'memory'} of ${name} grows by ${percent(GOALS.growth)} at most after five minutes`,
      measured: `${(atFive / 2 ** 20).toFixed(0)} → ${(atEnd / 2 ** 20).toFixed(0)} MiB, ${percent(growth)}`,
      holds: growth <= GOALS.growth,
    };
  }),
];
