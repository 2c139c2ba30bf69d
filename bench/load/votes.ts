import { setTimeout as delay } from 'node:timers/promises';
import { createVoter } from '../../src/db/voter.ts';
import { parseCustomId } from '../../src/discord/custom-id.ts';
import { isFinished, voteButtons } from '../../test/e2e/player.ts';
import { arrivals } from './loads.ts';
import { cpuSeconds, processesOf } from './processes.ts';
import { type Member, type Stage, VOTER_SECRET } from './stage.ts';

export interface Votes {
  perSecond: number;
  cast: number;
  ackMs: number[];
  /** Votes that were acknowledged, and of these, voters whose last one is not in the database. */
  acknowledged: number;
  missing: number;
  /** Seconds after the last acknowledgement until all were there. */
  settledAfter: number;
  /** For each vote: the bot's processor time, and transactions of the database. */
  cpuMs: number;
  transactions: number;
}

const JOKES_PER_GUILD = 5;
const SETTLE_MS = 20_000;

interface Ballot {
  interaction: string;
  joke: string;
  voter: string;
  score: number;
}

/** People of all guilds vote on jokes of their guild, each joke and person once, at the times of a Poisson process. */
export async function measureVotes(
  stage: Stage,
  { perSecond, seconds, signal }: { perSecond: number; seconds: number; signal: AbortSignal },
): Promise<Votes> {
  const { client, people, ledger, call, databaseUrl } = stage;
  if (!client) throw new Error('votes are counted on a server');
  const voter = createVoter({ secret: VOTER_SECRET, databaseUrl, dataDir: '' });
  const guilds = new Map<string, Member[]>();
  for (const member of people) guilds.set(member.guild, [...(guilds.get(member.guild) ?? []), member]);
  const messages = await tellJokes(stage, guilds);
  // Joke by joke, guilds taking turns: 1 is everybody's first vote, and so on.
  const pairs = messages.flatMap((message) =>
    (guilds.get(message.guild) ?? []).map((member, place) => ({ ...message, member, place })),
  );
  pairs.sort((a, b) => a.place - b.place);

  const transactions = async () => {
    const query = 'select xact_commit::float8 as n from pg_stat_database where datname = current_database()';
    return (await client.query<{ n: number }>(query)).rows[0]?.n ?? Number.NaN;
  };
  const bot = processesOf(stage).find(({ name }) => name === stage.bot)?.pid ?? 0;
  const [cpuBefore, transactionsBefore] = [cpuSeconds(bot), await transactions()];
  const cast: Promise<Ballot>[] = [];
  const vote = async ({ id, buttons, member, place }: (typeof pairs)[number]): Promise<Ballot> => {
    const customId = buttons[place % buttons.length] ?? '';
    const action = parseCustomId(customId);
    if (action?.action !== 'rate') throw new Error('the joke has no votes');
    const body = { user: member.user, message: id, customId };
    const { interaction } = await call<{ interaction: string }>('/box/components', body);
    return { interaction, joke: action.joke, voter: voter(member.user), score: action.score };
  };
  await arrivals({ perSecond, seconds, signal }, () => {
    const pair = pairs[cast.length % pairs.length];
    if (!pair) return;
    const ballot = vote(pair);
    ballot.catch(() => {}); // thrown below, where the stage can be closed
    cast.push(ballot);
  });
  const ballots = await Promise.all(cast);
  await delay(3500, undefined, { signal }); // by then Discord has given up on those without acknowledgement

  const acknowledged = ballots.filter(({ interaction }) => ledger.of(interaction).ackMs !== undefined);
  const last = new Map(acknowledged.map(({ joke, voter, score }) => [`${joke} ${voter}`, score]));
  const since = performance.now();
  let missing = last.size;
  for (;;) {
    const { rows } = await client.query<{ joke: string; voter: string; score: number }>(
      'select joke_id as joke, voter, score from ratings',
    );
    const stored = new Map(rows.map(({ joke, voter, score }) => [`${joke} ${voter}`, score]));
    missing = [...last].filter(([pair, score]) => stored.get(pair) !== score).length;
    if (missing === 0 || performance.now() - since > SETTLE_MS) break;
    await delay(250, undefined, { signal });
  }
  return {
    perSecond: cast.length / seconds,
    cast: ballots.length,
    ackMs: ballots.flatMap(({ interaction }) => ledger.of(interaction).ackMs ?? []),
    acknowledged: acknowledged.length,
    missing,
    settledAfter: (performance.now() - since) / 1000,
    cpuMs: (1000 * (cpuSeconds(bot) - cpuBefore)) / ballots.length,
    transactions: ((await transactions()) - transactionsBefore) / ballots.length,
  };
}

/** Has house jokes told in each guild. */
async function tellJokes(stage: Stage, guilds: ReadonlyMap<string, Member[]>) {
  const told = [];
  for (const [guild, members] of guilds)
    for (const member of members.slice(0, JOKES_PER_GUILD)) {
      const { interaction, heard } = await stage.ask(member, 'casa');
      await stage.ledger.answer(interaction);
      if (!heard.answers.at(-1)?.joke) throw new Error('a house joke was not told');
      const seen = await stage.call<Parameters<typeof isFinished>[0][]>(
        `/box/messages?channel=${member.channel}&user=${member.user}`,
      );
      const message = seen.find((one) => one.interaction === interaction);
      if (!message || !isFinished(message)) throw new Error('a house joke was not told');
      told.push({ guild, id: message.id, buttons: voteButtons(message).slice(0, 5) });
    }
  return told;
}
