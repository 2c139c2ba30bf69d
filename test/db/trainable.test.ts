import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { deleteJoke, type Joke, type NewJoke, storeJoke } from '../../src/db/jokes.ts';
import { forgetPerson } from '../../src/db/privacy.ts';
import { rate, type Score } from '../../src/db/ratings.ts';
import { clearReports, hideJoke, report } from '../../src/db/reports.ts';
import type { Ask } from '../../src/db/request-shape.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { eraseOld } from '../../src/db/retention.ts';
import { corpusEntries, ratings } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { trainableJokes, trainableVotes, versionRatings } from '../../src/db/trainable.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke, aModel, GUILD, insert, newJoke, type RequestChanges } from './samples.ts';

/** What a person types in these tests; the model repeats it, as models do. */
const TYPED = 'Filomena la del quinto';
/** What only we wrote. */
const OURS = 'Va un pato al médico.';

describe('what training gets', () => {
  onEachBackend((backend) => {
    describe('text from users', () => userOrigin(() => backend().store.db));
    describe('our own jokes', () => ourOwn(() => backend().store.db));
    describe('votes', () => fading(() => backend().store.db));
    describe('one person', () => onePerson(() => backend().store.db));
    describe('ratings of a version', () => ofVersions(() => backend().store.db));
  });
});

function userOrigin(db: () => Database): void {
  async function rated(
    ask: Ask,
    text: string,
    changes: { request?: RequestChanges; joke?: Partial<NewJoke> } = {},
  ) {
    const joke = await aJoke(db(), {
      request: { ask, ...changes.request },
      joke: { text, ...changes.joke },
    });
    await rate(db(), { jokeId: joke.id, voter: 'ana', score: 5 });
    return joke;
  }
  const ours = () => rated({ kind: 'joke' }, OURS);
  const typedTheme = () =>
    rated({ kind: 'joke', theme: { text: TYPED, origin: 'user' } }, `${TYPED} va al médico.`);
  const typedText = () => rated({ kind: 'continue', from: { text: TYPED } }, ` va con ${TYPED}.`);
  const continued = (joke: Joke, text = ' Y vuelve.') =>
    rated({ kind: 'continue', from: { jokeId: joke.id } }, text);
  const trainable = async () => JSON.stringify(await trainableJokes(db()));

  it('is what these tests would find if it got through', async () => {
    await rated({ kind: 'joke', theme: { text: TYPED, origin: 'list' } }, `${TYPED} va al médico.`);
    expect(await trainable()).toContain(TYPED);
  });

  const paths: [string, () => Promise<unknown>][] = [
    ['a theme that a person typed', typedTheme],
    ['a text that a person gave to be continued', typedText],
    ['a joke that continues one made from a typed text', async () => continued(await typedText())],
    ['a joke that continues one made from a typed theme', async () => continued(await typedTheme())],
    [
      'a joke at the end of a long chain that began with typed text',
      async () => continued(await continued(await continued(await typedText()))),
    ],
    [
      'a joke that continues one whose prompt retention has erased',
      async () => {
        const parent = await typedText();
        await eraseOld(db(), new Date(Date.now() + 40 * 24 * 3600_000));
        await continued(parent, ` y ${TYPED} vuelve.`);
      },
    ],
    [
      'a joke made from typed text, long after its request was erased',
      async () => {
        await typedTheme();
        await typedText();
        await eraseOld(db(), new Date(Date.now() + 40 * 24 * 3600_000));
      },
    ],
    [
      'a joke whose request was erased while it was generated',
      async () => {
        const request = await insert(db(), {
          ask: { kind: 'joke', theme: { text: TYPED, origin: 'user' } },
        });
        const { id: modelVersionId } = await aModel(db());
        await finishRequest(db(), request.id, { status: 'done' });
        await eraseOld(db(), new Date(Date.now() + 40 * 24 * 3600_000));
        const joke = await storeJoke(
          db(),
          newJoke(request.id, modelVersionId, { text: `${TYPED} va al médico.` }),
        );
        await rate(db(), { jokeId: joke.id, voter: 'ana', score: 5 });
      },
    ],
    [
      'a joke that continues one with typed text that was forgotten meanwhile',
      async () => {
        const parent = await typedText();
        const request = await insert(db(), {
          userId: '999',
          ask: { kind: 'continue', from: { jokeId: parent.id } },
        });
        await forgetPerson(db(), { userId: ASKER, voter: 'another' });
        const { id: modelVersionId } = await aModel(db());
        const joke = await storeJoke(db(), newJoke(request.id, modelVersionId, { text: `${TYPED} vuelve.` }));
        await rate(db(), { jokeId: joke.id, voter: 'luis', score: 5 });
      },
    ],
    [
      'a joke reported, with a reason that a person typed',
      async () => {
        const { id: jokeId } = await rated({ kind: 'joke' }, `Otro pato: ${TYPED}`);
        await report(db(), { jokeId, reporter: 'ana', reason: TYPED });
      },
    ],
  ];

  it.each(paths)('does not reach training by %s', async (_, live) => {
    await ours();
    await live();
    const found = await trainable();
    expect(found).not.toContain(TYPED);
    expect(found).toContain(OURS); // the query still finds what it is allowed to
    expect(JSON.stringify(await db().select().from(corpusEntries))).not.toContain(TYPED);
  });

  it('does not reach training as personal data: only text, theme, guild, vote totals, model and house joke do', async () => {
    const { id, model } = await rated({ kind: 'joke', theme: { text: 'gatos', origin: 'list' } }, OURS);
    await rate(db(), { jokeId: id, voter: 'luis', score: 2 });
    expect(await trainableJokes(db())).toEqual([
      {
        id,
        text: OURS,
        theme: 'gatos',
        guildId: GUILD,
        votes: expect.closeTo(2, 3),
        mean: expect.closeTo(3.5, 3),
        variance: expect.closeTo(2.25, 3),
        modelVersionId: model.id,
        houseId: null,
      },
    ]);
  });
}

function ourOwn(db: () => Database): void {
  const texts = async () => (await trainableJokes(db())).map(({ text }) => text);
  async function rated(text: string, changes: Parameters<typeof aJoke>[1] = {}): Promise<string> {
    const { id } = await aJoke(db(), { ...changes, joke: { text, ...changes.joke } });
    await rate(db(), { jokeId: id, voter: 'ana', score: 4 });
    return id;
  }

  it('that continue one of our own are trained on as the whole text that was shown', async () => {
    const jokeId = await rated('Va un pato.');
    await rated(' Y vuelve.', { request: { ask: { kind: 'continue', from: { jokeId } } } });
    expect(await texts()).toEqual(['Va un pato.', 'Va un pato. Y vuelve.']);
  });

  it('are not trained on once hidden, deleted, or reported, even if the report was cleared', async () => {
    await hideJoke(db(), await rated('hidden'));
    await deleteJoke(db(), await rated('deleted'));
    const reported = await rated('reported');
    await report(db(), { jokeId: reported, reporter: 'ana', reason: null });
    await clearReports(db(), reported);
    await rated('fine');
    expect(await texts()).toEqual(['fine']);
  });

  it('teach nothing while their guild’s moderators do not want it', async () => {
    await rated('here');
    await rated('there', { request: { guildId: '999' } });
    await changeSettings(db(), GUILD, 'mod', { learns: false });
    expect(await texts()).toEqual(['there']);
    await changeSettings(db(), GUILD, 'mod', { learns: true });
    expect(await texts()).toEqual(['here', 'there']);
  });

  it('teach nothing if told in direct messages, unrated, or unfinished', async () => {
    await rated('direct', { request: { guildId: null } });
    await aJoke(db(), { joke: { text: 'unrated' } });
    await rated('cut', { joke: { finish: 'deadline' } });
    expect(await texts()).toEqual([]);
  });
}

const DAY_MS = 24 * 3600_000;

function fading(db: () => Database): void {
  const now = new Date();
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  async function voted(...votes: [score: Score, days: number][]): Promise<void> {
    const { id: jokeId } = await aJoke(db());
    for (const [i, [score, days]] of votes.entries()) {
      await rate(db(), { jokeId, voter: `voter ${i}`, score });
      await db()
        .update(ratings)
        .set({ updatedAt: daysAgo(days) })
        .where(and(eq(ratings.jokeId, jokeId), eq(ratings.voter, `voter ${i}`)));
    }
  }
  const only = async (halfLifeDays = 100) => (await trainableJokes(db(), { halfLifeDays, now }))[0];

  it('count half after each half-life, in number, mean, and variance', async () => {
    await voted([5, 0], [1, 100], [1, 200]);
    const mean = (5 + 0.5 + 0.25) / 1.75;
    expect(await only()).toMatchObject({
      votes: expect.closeTo(1.75, 4),
      mean: expect.closeTo(mean, 4),
      variance: expect.closeTo((25 + 0.5 + 0.25) / 1.75 - mean ** 2, 4),
    });
  });

  it('of a community that was inactive are worth as much as before', async () => {
    await voted([5, 4000], [1, 4100]);
    expect(await only()).toMatchObject({ votes: expect.closeTo(1.5, 4) });
  });

  it('from the future, by a wrong clock, count as of now', async () => {
    await voted([5, -3000], [1, 100]);
    expect(await only()).toMatchObject({ votes: expect.closeTo(1.5, 4) });
  });

  it('from long ago count for nothing, and break nothing', async () => {
    await voted([5, 0], [1, 500_000]);
    expect(await only(1)).toMatchObject({ votes: expect.closeTo(1, 4), mean: expect.closeTo(5, 4) });
  });
}

function onePerson(db: () => Database): void {
  /** Jokes of a guild, each with a vote of 5 by these people. */
  async function voted(guildId: string, jokes: number, ...people: string[]): Promise<void> {
    for (let i = 0; i < jokes; i++) {
      const { id: jokeId } = await aJoke(db(), { request: { guildId } });
      for (const voter of people) await rate(db(), { jokeId, voter, score: 5 });
    }
  }
  const votesIn = async (guildId: string, perPerson = true) =>
    (await trainableJokes(db(), { perPerson }))
      .filter((joke) => joke.guildId === guildId)
      .reduce((sum, { votes }) => sum + votes, 0);

  it('has at most a quarter of the votes that count in a guild', async () => {
    await voted(GUILD, 12, 'eager');
    await voted(GUILD, 1, 'ana', 'bea', 'carla', 'eager');
    expect(await votesIn(GUILD, false)).toBeCloseTo(16, 3);
    // Of 4 votes, one is the eager person's: 13 votes that count 1 / 13 each.
    expect(await votesIn(GUILD)).toBeCloseTo(4, 3);
    const [first] = await trainableJokes(db(), { perPerson: true });
    expect(first?.votes).toBeCloseTo(1 / 13, 3);
    expect(first?.mean).toBeCloseTo(5, 3);
  });

  it('has no more with a friend who votes as much', async () => {
    await voted(GUILD, 12, 'eager', 'friend');
    await voted(GUILD, 1, 'ana', 'bea', 'carla', 'dora');
    expect(await votesIn(GUILD)).toBeCloseTo(4 + 2 * 2, 3); // L = (2·L + 4) / 4
  });

  it('has an equal part of all votes among fewer than four, and everything alone', async () => {
    await voted(GUILD, 5, 'alone');
    await voted('7', 9, 'eager');
    await voted('7', 1, 'ana');
    expect(await votesIn(GUILD)).toBeCloseTo(5, 3);
    expect(await votesIn('7')).toBeCloseTo(5 + 1, 3);
  });

  it('is not limited where people vote about equally, nor by votes in other guilds', async () => {
    await voted(GUILD, 3, 'ana', 'bea', 'carla', 'dora', 'elsa');
    await voted('7', 9, 'ana');
    expect(await votesIn(GUILD)).toBeCloseTo(15, 3);
  });
}

function ofVersions(db: () => Database): void {
  it('are counted per joke, in guilds that allow training, for jokes that nobody deleted', async () => {
    const told = async (guildId: string | null, ...scores: Score[]) => {
      const joke = await aJoke(db(), { request: { guildId } });
      for (const [i, score] of scores.entries())
        await rate(db(), { jokeId: joke.id, voter: `voter ${i}`, score });
      return joke;
    };
    const { model } = await told(GUILD, 5, 5, 5, 5);
    const hidden = await told('7', 2);
    await hideJoke(db(), hidden.id);
    await told('8', 1);
    await changeSettings(db(), '8', 'mod', { learns: false });
    await told(null, 1);
    await deleteJoke(db(), (await told(GUILD, 1)).id);
    await told(GUILD);
    expect(await versionRatings(db(), model.id)).toEqual({ jokes: 2, mean: 3.5, variance: 4.5 });
    expect(await trainableVotes(db())).toBe(4);
    expect(await versionRatings(db(), model.id, { since: new Date(Date.now() + DAY_MS) })).toEqual({
      jokes: 0,
      mean: 0,
      variance: 0,
    });
  });

  it('are without what the judge expected to gain by choosing', async () => {
    const considered = [4.5, 3, 3].map((predicted, seed) => ({ text: `chiste ${seed}`, seed, predicted }));
    const joke = await aJoke(db(), { joke: { considered, predicted: 4.5 } });
    await rate(db(), { jokeId: joke.id, voter: 'ana', score: 5 });
    expect(await versionRatings(db(), joke.model.id)).toMatchObject({ jokes: 1, mean: 4 });
  });
}

/** Imports of a source file, relative to src/. */
const sources = readdirSync(join(packageRoot, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, code: readFileSync(join(packageRoot, 'src', file), 'utf8') }));

describe('the tables that hold user text', () => {
  it('are read and written only by src/db: everything else uses its queries', () => {
    const outside = sources.filter(
      ({ file, code }) =>
        !file.startsWith('db/') &&
        /^import (?!type )[^;]*from '[^']*(schema|learning-schema)\.ts'/m.test(code),
    );
    expect(outside.map(({ file }) => file)).toEqual([]);
  });

  it('reach the trainer only through trainableJokes', () => {
    const allowed =
      /\/db\/(trainable|corpus|training-runs|run-record|learning|promotion|models|retired-models|voices|connect|notify|outage)\.ts'/;
    const reaching = sources
      .filter(({ file }) => /^(trainer|training|corpus|graph)\//.test(file))
      .flatMap(({ file, code }) =>
        [...code.matchAll(/from '[^']*\/db\/[^']*'/g)].map(([imported]) => ({ file, imported })),
      )
      .filter(({ imported }) => !allowed.test(imported));
    expect(reaching).toEqual([]);
  });

  it('are not a source of corpus entries: only imported files are', () => {
    const writers = sources
      .filter(({ code }) => /insert\(corpusEntries\)/.test(code))
      .map(({ file }) => file);
    expect(writers.filter((file) => file !== 'db/corpus.ts')).toEqual([]);
    const corpusQueries = sources.find(({ file }) => file === 'db/corpus.ts')?.code ?? '';
    expect(corpusQueries).not.toMatch(/\b(jokes|requests|reports)\b[^'"`\n]*from '\.\/schema/);
  });
});
