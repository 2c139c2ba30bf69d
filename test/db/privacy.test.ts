import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { findJoke, storeJoke } from '../../src/db/jokes.ts';
import { exportPerson, forgetPerson } from '../../src/db/privacy.ts';
import { rate, tallyOf } from '../../src/db/ratings.ts';
import { report } from '../../src/db/reports.ts';
import { eraseOld } from '../../src/db/retention.ts';
import * as schema from '../../src/db/schema.ts';
import { changeSettings, settingsHistory } from '../../src/db/settings.ts';
import { addJokeMessage } from '../../src/db/tellings.ts';
import { onEachBackend } from './backends.ts';
import { aJoke, aModel, GUILD, insert, newJoke, rowOf } from './samples.ts';

const ANA = { userId: '777000111', voter: 'voter-of-ana' };
const LUIS = '888000222';
const EVA = '999000333';
const SECRET = 'mi vecina Filomena';

/** Everything in every table, as one string to search in. */
async function everything(db: Database): Promise<string> {
  const { ratings, reports, requests, jokes, jokeMessages, guildSettings, settingsChanges } = schema;
  const tables = [ratings, reports, requests, jokes, jokeMessages, guildSettings, settingsChanges];
  return JSON.stringify(await Promise.all(tables.map((table) => db.select().from(table))));
}

/** One of everything that Ana can leave behind, and somebody else's joke. */
async function liveAsAna(db: Database) {
  const other = await aJoke(db, { request: { userId: LUIS } });
  const typed = await aJoke(db, {
    request: { userId: ANA.userId, ask: { kind: 'continue', from: { text: SECRET } } },
    joke: { text: ' ganó la lotería.', promptTokens: [424242424] },
  });
  const themed = await aJoke(db, {
    request: { userId: ANA.userId, ask: { kind: 'joke', theme: { text: SECRET, origin: 'user' } } },
  });
  const plain = await aJoke(db, { request: { userId: ANA.userId } });
  const open = await insert(db, {
    userId: ANA.userId,
    ask: { kind: 'joke', theme: { text: SECRET, origin: 'user' } },
  });
  for (const jokeId of [other.id, typed.id, plain.id]) {
    await addJokeMessage(db, { messageId: `m-${jokeId}`, jokeId, channelId: '200', askedBy: ANA.userId });
    await rate(db, { jokeId, voter: ANA.voter, score: 5 });
    await rate(db, { jokeId, voter: 'voter-of-luis', score: 1 });
  }
  await report(db, { jokeId: other.id, reporter: ANA.voter, reason: SECRET });
  await changeSettings(db, GUILD, ANA.userId, { safeMode: false });
  return { other, typed, themed, plain, open };
}

describe('personal data', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600_000);

    it('gives a person everything stored about them and nothing about others', async () => {
      await liveAsAna(db());
      await aJoke(db(), {
        request: { userId: EVA, ask: { kind: 'continue', from: { text: 'de otra persona' } } },
      });
      const data = await exportPerson(db(), ANA);
      expect(data.requests).toHaveLength(4);
      expect(data.requests.map(({ theme, text }) => theme ?? text)).toEqual([SECRET, SECRET, null, SECRET]);
      expect(data.requests[0]).toMatchObject({ joke: ' ganó la lotería.', guildId: GUILD });
      expect(data.ratings.map(({ score }) => score)).toEqual([5, 5, 5]);
      expect(data.reports).toMatchObject([{ reason: SECRET }]);
      expect(data.messages).toHaveLength(3);
      expect(data.settingsChanges).toMatchObject([{ after: { safeMode: false } }]);
      expect(JSON.stringify(data)).not.toMatch(/de otra persona|888000222|luis/);
    });

    it('forgets a person without leaving a trace of them in any table', async () => {
      await liveAsAna(db());
      expect(await everything(db())).toContain(ANA.userId); // otherwise this test would prove nothing
      expect(await forgetPerson(db(), ANA)).toMatchObject({
        ...{ requests: 4, ratings: 3, reports: 1, jokes: 2 },
      });
      const left = await everything(db());
      for (const trace of [ANA.userId, ANA.voter, SECRET, '424242424']) expect(left).not.toContain(trace);
    });

    it('forgets nobody else: other votes, jokes, and the settings history stay', async () => {
      const { other, plain } = await liveAsAna(db());
      await forgetPerson(db(), ANA);
      expect((await tallyOf(db(), plain.id)).counts).toEqual([1, 0, 0, 0, 0]);
      expect((await findJoke(db(), other.id))?.askedBy).toBe(LUIS);
      expect(await settingsHistory(db(), GUILD)).toMatchObject([
        { changedBy: null, after: { safeMode: false } },
      ]);
    });

    it('forgets a forgotten text wherever others continued it, to the end of the chain', async () => {
      const { typed } = await liveAsAna(db());
      const byLuis = await aJoke(db(), {
        request: { userId: LUIS, ask: { kind: 'continue', from: { jokeId: typed.id } } },
      });
      const byEva = await aJoke(db(), {
        request: { userId: EVA, ask: { kind: 'continue', from: { jokeId: byLuis.id } } },
      });
      await forgetPerson(db(), ANA);
      expect(await everything(db())).not.toContain(SECRET);
      expect(await findJoke(db(), byEva.id)).toMatchObject({
        userText: true,
        askedBy: EVA,
        text: byEva.text,
      });
    });

    it('cancels the open requests of a forgotten person, and stores no joke for them', async () => {
      const { open } = await liveAsAna(db());
      await forgetPerson(db(), ANA);
      expect(await rowOf(db(), open.id)).toMatchObject({ status: 'cancelled', interactionToken: null });
      const { id: modelVersionId } = await aModel(db());
      const late = storeJoke(db(), newJoke(open.id, modelVersionId));
      await expect(late).rejects.toMatchObject({ code: 'request-cancelled' });
    });

    it('is kept for 30 days', async () => {
      await liveAsAna(db());
      const before = await everything(db());
      expect(await eraseOld(db(), inDays(29.9))).toEqual({ requests: 0, jokes: 0, messages: 0, reports: 0 });
      expect(await everything(db())).toBe(before);
    });

    it('is erased after 30 days: who asked and what was typed, but not jokes and votes', async () => {
      const { typed, themed, plain, open } = await liveAsAna(db());
      await db().delete(schema.requests).where(eq(schema.requests.id, open.id));
      expect(await eraseOld(db(), inDays(30.1))).toEqual({ requests: 4, jokes: 2, messages: 3, reports: 1 });
      expect(await eraseOld(db(), inDays(30.1))).toEqual({ requests: 0, jokes: 0, messages: 0, reports: 0 });

      const { settingsChanges, guildSettings } = schema; // moderators' ids stay in the audit trail
      await db().delete(settingsChanges);
      await db().delete(guildSettings);
      const left = await everything(db());
      for (const trace of [ANA.userId, SECRET, '424242424', LUIS]) expect(left).not.toContain(trace);

      for (const joke of [typed, themed, plain]) {
        expect(await findJoke(db(), joke.id)).toMatchObject({
          text: joke.text,
          userText: joke.userText,
          askedBy: null,
        });
      }
      expect((await tallyOf(db(), typed.id)).votes).toBe(2);
    });

    it('in a request that is still being generated is left alone', async () => {
      const { open } = await liveAsAna(db());
      await eraseOld(db(), inDays(40));
      expect(await rowOf(db(), open.id)).toMatchObject({ status: 'queued', userId: ANA.userId });
    });
  });
});
