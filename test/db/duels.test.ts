import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import {
  addDuelMessage,
  type Ballot,
  closeDueDuels,
  closeDuel,
  DUEL_VOTES,
  duelRevealed,
  duelsOfJoke,
  duelTally,
  findDuel,
  findDuelByMessage,
  unrevealedDuels,
  voteInDuel,
} from '../../src/db/duels.ts';
import { storeJoke } from '../../src/db/jokes.ts';
import { votesMark } from '../../src/db/judge.ts';
import { openDuel } from '../../src/db/open-duel.ts';
import { exportPerson, forgetPerson } from '../../src/db/privacy.ts';
import { rate } from '../../src/db/ratings.ts';
import type { HouseText } from '../../src/db/repertoire.ts';
import { hideJoke, report } from '../../src/db/reports.ts';
import type { RequestOf } from '../../src/db/request-shape.ts';
import { duels, duelVotes, jokes } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { statistics } from '../../src/db/statistics.ts';
import { duelOutcomes, trainableJokes, trainableVotes } from '../../src/db/trainable.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke, aModel, GUILD, insert, newJoke, type RequestChanges } from './samples.ts';

const HOUSE: HouseText[] = ['uno', 'dos', 'tres'].map((text, i) => ({ id: `casa-000${i}`, text }));
const HOUR = 3600_000;

describe('duels', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    async function ask(changes: RequestChanges = {}) {
      const { id: modelVersionId } = await aModel(db());
      const request = (await insert(db(), { ask: { kind: 'duel' }, ...changes })) as RequestOf<'duel'>;
      const joke = await storeJoke(db(), newJoke(request.id, modelVersionId));
      const open = (fits: (text: string) => boolean = () => true) =>
        openDuel(db(), request, { joke, house: HOUSE, fits });
      return { request, joke, open };
    }
    let messages = 0;
    async function shown(changes: RequestChanges = {}) {
      const { joke, open } = await ask(changes);
      const duel = await open();
      if (!duel) throw new Error('there is nothing to set against the joke');
      const messageId = `duel-${messages++}`;
      await addDuelMessage(db(), duel.id, { channelId: '200', messageId });
      const vote = (voter: string, choice: Ballot['choice'], more: Partial<Ballot> = {}) =>
        voteInDuel(db(), { duelId: duel.id, voter, choice, guildId: GUILD, messageId, ...more });
      return { duel, joke, messageId, vote };
    }
    async function loved(guildId = GUILD, changes: RequestChanges = {}) {
      const joke = await aJoke(db(), {
        request: { guildId, ...changes },
        joke: { text: 'El mejor de aquí.' },
      });
      for (const voter of ['a', 'b', 'c']) await rate(db(), { jokeId: joke.id, voter, score: 5 });
      return joke;
    }
    const texts = ({ a, b }: { a: { text: string }; b: { text: string } }) => [a.text, b.text];

    it('set a new joke against one of the house, drawn as house jokes are', async () => {
      const { joke, duel } = await shown();
      const opponent = [duel.a, duel.b].find(({ id }) => id !== joke.id);
      expect(opponent).toMatchObject({ origin: 'house', guildId: GUILD, state: 'shown' });
      expect(duel).toMatchObject({ guildId: GUILD, closed: false, guess: null, locale: 'es-ES' });
      const others = await Promise.all([shown(), shown()]);
      const house = [duel, ...others.map((one) => one.duel)].flatMap(texts).filter((text) => text.length < 5);
      expect(house.sort()).toEqual(['dos', 'tres', 'uno']);
      expect((await statistics(db(), GUILD)).house.jokes).toBe(3);
    });

    it('set it against one that this guild loves, of which nobody typed a part', async () => {
      await loved('999');
      await loved(GUILD, { ask: { kind: 'joke', theme: { text: 'mi vecina', origin: 'user' } } });
      expect(texts((await shown()).duel)).not.toContain('El mejor de aquí.');
      const best = await loved();
      const { duel, joke } = await shown();
      expect([duel.a.id, duel.b.id].sort()).toEqual([best.id, joke.id].sort());
    });

    it('pass over a loved joke that does not fit the place, or is the new one again', async () => {
      await loved();
      const { open } = await ask();
      expect(texts((await open((text) => !text.includes('mejor'))) ?? expect.fail())).not.toContain(
        'El mejor de aquí.',
      );
    });

    it('show the new joke on either side, as the seed has it', async () => {
      const sides = [];
      for (let seed = 0; seed < 12; seed++) {
        const { duel, joke } = await shown({ seed: seed * 1e6 });
        sides.push(duel.a.id === joke.id);
      }
      expect(new Set(sides).size).toBe(2);
    });

    it('are one for each request, however often its job runs', async () => {
      const { open } = await ask();
      const first = await open();
      expect(await open()).toEqual(first);
      expect(await db().$count(duels)).toBe(1);
      expect(await db().$count(jokes)).toBe(2);
    });

    it('count one vote per person, the latest', async () => {
      const { duel, vote } = await shown();
      await vote('ana', 'a');
      await vote('luis', 'tie');
      await vote('ana', 'b');
      expect(await duelTally(db(), duel.id)).toEqual({ a: 0, b: 1, tie: 1 });
    });

    it('take no vote from elsewhere, by another message, or for a hidden joke', async () => {
      const { duel, vote } = await shown();
      const other = await shown();
      for (const forged of [
        { guildId: '999' },
        { guildId: null },
        { messageId: other.messageId },
        { duelId: 'nope' },
      ])
        await expect(vote('ana', 'a', forged)).rejects.toMatchObject({ code: 'duel-gone' });
      await hideJoke(db(), duel.b.id);
      await expect(vote('ana', 'a')).rejects.toMatchObject({ code: 'duel-gone' });
      expect(await db().$count(duelVotes)).toBe(0);
    });

    it('close once: by time, by a moderator, or with the last of all votes', async () => {
      const { duel, vote } = await shown();
      await vote('ana', 'a');
      const later = new Date(Date.now() + 2 * HOUR);
      expect(await closeDueDuels(db(), new Date())).toEqual([]);
      const closings = await Promise.all([closeDueDuels(db(), later), closeDueDuels(db(), later)]);
      expect(closings.flat()).toEqual([duel.id]);
      await expect(vote('luis', 'a')).rejects.toMatchObject({ code: 'duel-closed' });
      expect(await closeDuel(db(), duel.id)).toBe(false);

      const full = await shown();
      const votes = await Promise.allSettled(
        Array.from({ length: DUEL_VOTES + 3 }, (_, i) => full.vote(`voter ${i}`, 'b')),
      );
      expect(votes.filter(({ status }) => status === 'rejected')).toHaveLength(3);
      expect(votes.filter((one) => one.status === 'fulfilled' && one.value.closedNow)).toHaveLength(1);
      expect(await duelTally(db(), full.duel.id)).toEqual({ a: 0, b: DUEL_VOTES, tie: 0 });
      expect(await findDuel(db(), full.duel.id)).toMatchObject({ closed: true });
    });

    it('take no vote after their time, even if nobody has closed them yet', async () => {
      const { vote } = await shown();
      await db().update(duels).set({ closesAt: sql`now() - interval '1 second'` });
      await expect(vote('ana', 'a')).rejects.toMatchObject({ code: 'duel-closed' });
    });

    it('are revealed by somebody else if whoever closed them did not get to it', async () => {
      const { duel } = await shown();
      await closeDuel(db(), duel.id);
      expect(await unrevealedDuels(db(), new Date())).toEqual([]);
      const later = new Date(Date.now() + HOUR);
      expect(await unrevealedDuels(db(), later)).toEqual([duel.id]);
      await duelRevealed(db(), duel.id);
      expect(await unrevealedDuels(db(), later)).toEqual([]);
    });

    it('are found by their message and by their jokes', async () => {
      const { duel, messageId } = await shown();
      await shown();
      expect((await findDuelByMessage(db(), messageId))?.id).toBe(duel.id);
      for (const { id } of [duel.a, duel.b])
        expect((await duelsOfJoke(db(), id)).map((one) => one.id)).toEqual([duel.id]);
    });

    it('give people their votes, and forget them', async () => {
      const { duel, vote } = await shown();
      await vote('ana', 'b');
      await vote('luis', 'a');
      const ana = { userId: '777', voter: 'ana' };
      expect((await exportPerson(db(), ana)).duelVotes).toMatchObject([{ choice: 'b', joke: duel.b.text }]);
      expect(await forgetPerson(db(), ana)).toMatchObject({ ratings: 1 });
      expect(await duelTally(db(), duel.id)).toEqual({ a: 1, b: 0, tie: 0 });
      expect((await exportPerson(db(), ana)).duelVotes).toEqual([]);
      // Whoever asked for it leaves nothing either.
      await forgetPerson(db(), { userId: ASKER, voter: 'asker' });
      expect(JSON.stringify(await findDuel(db(), duel.id))).not.toContain(`"${ASKER}"`);
    });

    it('teach when they are closed: as numbers, of jokes that may teach', async () => {
      const { duel, joke, vote } = await shown();
      for (const [voter, choice] of [
        ['ana', 'a'],
        ['luis', 'a'],
        ['eva', 'tie'],
      ] as const)
        await vote(voter, choice);
      expect(await duelOutcomes(db())).toEqual([]);
      const open = await votesMark(db());
      expect(await trainableVotes(db())).toBe(0);
      await closeDuel(db(), duel.id);
      expect(await trainableVotes(db(), GUILD)).toBe(3); // the trainer counts them, too
      expect(await trainableVotes(db(), '7')).toBe(0);
      const closed = await votesMark(db());
      expect(closed).not.toBe(open); // the judge looks again
      const outcome = { guildId: GUILD, a: duel.a.id, b: duel.b.id };
      const votes = { aWins: expect.closeTo(2, 3), bWins: 0, ties: expect.closeTo(1, 3) };
      expect(await duelOutcomes(db())).toEqual([{ ...outcome, ...votes }]);
      expect(await trainableJokes(db())).toEqual([]);
      const told = await trainableJokes(db(), { alsoDuelled: true });
      expect(told.map(({ id, votes, mean, variance }) => ({ id, votes, mean, variance }))).toEqual(
        expect.arrayContaining([{ id: joke.id, votes: 0, mean: 0, variance: 0 }]),
      );
      expect(told).toHaveLength(2);

      await db()
        .update(duelVotes)
        .set({ updatedAt: sql`now() - interval '100 days'` })
        .where(eq(duelVotes.voter, 'luis'));
      expect(await duelOutcomes(db(), { halfLifeDays: 100 })).toMatchObject([
        { aWins: expect.closeTo(1.5, 2) },
      ]);
      await changeSettings(db(), GUILD, 'mod', { learns: false });
      expect(await duelOutcomes(db())).toEqual([]);
      await changeSettings(db(), GUILD, 'mod', { learns: true });
      expect(await votesMark(db())).toBe(closed);
      await report(db(), { jokeId: duel.b.id, reporter: 'ana', reason: null });
      expect(await duelOutcomes(db())).toEqual([]);
      expect(await votesMark(db())).not.toBe(closed);
    });
  });
});
