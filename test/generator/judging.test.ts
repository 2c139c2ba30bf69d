import { afterEach, describe, expect, it, vi } from 'vitest';
import { findBasis, judgedJokes } from '../../src/db/judge.ts';
import { rate, type Score } from '../../src/db/ratings.ts';
import { hideJoke } from '../../src/db/reports.ts';
import { judgeBases } from '../../src/db/schema.ts';
import { createJudging, type JudgedVersion, type Judging } from '../../src/generator/judging.ts';
import { fitApart } from '../../src/judge/apart.ts';
import type { Basis } from '../../src/judge/basis.ts';
import { fitVotings } from '../../src/judge/fit.ts';
import { createRandom, normal } from '../../src/lib/random.ts';
import { silent } from '../databases.ts';
import { onOneBackend } from '../db/backends.ts';
import { aJoke, aModel, GUILD } from '../db/samples.ts';

vi.setConfig({ testTimeout: 60_000 }); // one fit starts a process

const WIDTH = 30;
const LIKED = 'Va un pato al médico.';
const OTHER = '¿Qué le dice un semáforo a otro?';

/** A model whose hidden states tell ducks from everything else. */
const embed = async ({ text }: { text: string }) => {
  const random = createRandom(text.length, text.charCodeAt(text.length - 1));
  return Float32Array.from(
    { length: WIDTH },
    (_, i) => normal(random) + (i < 5 && text.includes('pato') ? 3 : 0),
  );
};

describe('the judge of a generator', () => {
  onOneBackend((backend) => {
    const db = () => backend().store.db;
    const open: Judging[] = [];
    afterEach(async () => {
      for (const judging of open.splice(0)) await judging.close();
    });
    const here: typeof fitApart = async ({ basis, votings, variances }) =>
      fitVotings(basis, votings, variances);
    const start = (engine = { embed }, fit = here) => {
      const judging = createJudging({ db: db(), engine, log: silent, every: 3_600_000, fit });
      open.push(judging);
      return judging;
    };
    const serving = async (changes = {}): Promise<JudgedVersion> => {
      const version = { ...(await aModel(db())), ...changes };
      return { version, loaded: { model: version.folder } } as JudgedVersion; // all that is read of it
    };
    /** Ten jokes about a duck and ten others, rated by four people. */
    async function rated(ofDucks: Score, ofOthers: Score): Promise<void> {
      for (let i = 0; i < 20; i++) {
        const { id: jokeId } = await aJoke(db(), {
          joke: { text: i % 2 ? `${LIKED} ${i}` : `${OTHER} ${i}` },
        });
        for (const voter of ['a', 'b', 'c', 'd'])
          await rate(db(), { jokeId, voter, score: i % 2 ? ofDucks : ofOthers });
      }
    }
    const candidates = async (guildId: string | null = GUILD) => ({
      ...{ guildId, seed: 1, boldness: 0 },
      jokes: [
        { text: `${OTHER} —Hola.`, embedding: await embed({ text: `${OTHER} —Hola.` }) },
        { text: `${LIKED} Cuac.`, embedding: await embed({ text: `${LIKED} Cuac.` }) },
      ],
    });

    it('learns what people like, in the background, and tells that', async () => {
      await rated(5, 1);
      const [judging, version] = [start({ embed }, fitApart), await serving()];
      expect(judging.judge(version, await candidates())).toBeUndefined();
      await judging.refit(version);
      const judgement = judging.judge(version, await candidates());
      expect(judgement).toMatchObject({ chosen: 1, learnedFrom: 20 });
      const [other, liked] = judgement?.predictions ?? [];
      expect((liked?.mean ?? 0) - (other?.mean ?? 0)).toBeGreaterThan(1.5);
      const again = async (seed: number) =>
        judging.judge(version, { ...(await candidates()), seed, boldness: 20 })?.chosen;
      expect(await again(5)).toBe(await again(5));
      expect(new Set(await Promise.all(Array.from({ length: 40 }, (_, seed) => again(seed)))).size).toBe(2);
    });

    it('follows the votes, and what may teach', async () => {
      await rated(5, 1);
      const [judging, version] = [start(), await serving()];
      await judging.refit(version);
      for (const { id: jokeId } of await judgedJokes(db(), version.version.id))
        for (const voter of ['a', 'b', 'c', 'd']) await rate(db(), { jokeId, voter, score: 3 });
      await judging.refit(version);
      const [other, liked] = judging.judge(version, await candidates())?.predictions ?? [];
      expect(liked?.mean).toBeCloseTo(other?.mean ?? Number.NaN, 1);
      for (const { id } of await judgedJokes(db(), version.version.id)) await hideJoke(db(), id);
      await judging.refit(version);
      expect(judging.judge(version, await candidates())).toMatchObject({ learnedFrom: 0 });
    });

    it('reads the votes now and then, not for every question, while it knows nothing', async () => {
      const [judging, version] = [start(), await serving()];
      expect(judging.learnedFrom(version)).toBe(0);
      await judging.refit(version); // the first question has begun one, too
      await rated(5, 1);
      judging.learnedFrom(version);
      // Refits take turns: whatever that question began is over when the next one is.
      await judging.refit({ ...version, version: { ...version.version, id: version.version.id + 1 } });
      expect(judging.learnedFrom(version)).toBe(0);
      await judging.refit(version);
      expect(judging.learnedFrom(version)).toBe(20);
    });

    it('begins where a process that was killed ended', async () => {
      await rated(5, 1);
      const version = await serving();
      const former = start();
      await former.refit(version);
      const before = former.judge(version, await candidates());
      const counting = vi.fn(embed);
      const next = start({ embed: counting });
      await next.refit(version);
      expect(counting).not.toHaveBeenCalled(); // neither the basis nor a joke is read again
      expect(next.judge(version, await candidates())?.chosen).toBe(before?.chosen);
    });

    it('makes a basis anew where the one that is kept is of another form', async () => {
      await rated(5, 1);
      const version = await serving();
      await start().refit(version);
      const kept = await findBasis(db(), version.version.id);
      const { form, ...former } = kept?.basis ?? expect.fail('no basis');
      await db()
        .update(judgeBases)
        .set({ basis: former as Basis }); // as version 1 wrote it
      const next = start();
      await next.refit(version);
      expect((await findBasis(db(), version.version.id))?.basis).toEqual({ ...former, form });
      expect(next.judge(version, await candidates())).toMatchObject({ chosen: 1, learnedFrom: 20 });
    });

    it('is not lost when one fit fails', async () => {
      await rated(5, 1);
      const version = await serving();
      let broken = false;
      const judging = start({
        embed: (request) => (broken ? Promise.reject(new Error('gone')) : embed(request)),
      });
      await judging.refit(version);
      broken = true;
      await rate(db(), { jokeId: (await aJoke(db())).id, voter: 'e', score: 5 });
      await judging.refit(version);
      expect(judging.judge(version, await candidates())).toMatchObject({ chosen: 1, learnedFrom: 20 });
    });

    it('is never used for another version, and shares a version with another generator', async () => {
      await rated(5, 1);
      const [judging, version] = [start(), await serving()];
      await judging.refit(version);
      const other = { ...version, version: { ...version.version, sha256: 'b'.repeat(64) } };
      expect(judging.judge(other, await candidates())).toBeUndefined();
      const second = start();
      await second.refit(version);
      const basis = await findBasis(db(), version.version.id);
      expect(basis?.basis.model).toBe(version.version.sha256);
      await rate(db(), {
        jokeId: (await aJoke(db(), { joke: { text: `${LIKED} 99` } })).id,
        voter: 'e',
        score: 5,
      });
      await second.refit(version); // the first still has the older fit
      expect(judging.judge(version, await candidates())).toMatchObject({ chosen: 1, learnedFrom: 20 });
      expect(second.judge(version, await candidates())).toMatchObject({ chosen: 1, learnedFrom: 21 });
    });

    it('knows nothing without votes, and does not follow one person against the others', async () => {
      const [judging, version] = [start(), await serving()];
      await judging.refit(version);
      expect(judging.learnedFrom(version)).toBe(0);
      expect(judging.judge(version, await candidates())).toBeUndefined();
      expect(await findBasis(db(), version.version.id)).toBeUndefined(); // nothing is read before there is a vote
      await rated(4, 2);
      for (let i = 0; i < 100; i++) {
        const { id: jokeId } = await aJoke(db(), { joke: { text: `${OTHER} ${100 + i}` } });
        await rate(db(), { jokeId, voter: 'eager', score: 5 });
      }
      await judging.refit(version);
      expect(judging.judge(version, await candidates())).toMatchObject({ chosen: 1 });
    });
  });
});
