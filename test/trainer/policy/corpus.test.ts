import { describe, expect, it } from 'vitest';
import type { SeedJoke } from '../../../src/finetuning/data/seed-jokes.ts';
import { CORPUS_DEFAULTS, learningCorpus } from '../../../src/trainer/policy/corpus.ts';
import type { RatedJoke } from '../../../src/trainer/policy/vote-model.ts';
import { ratedJoke, textOf } from './samples.ts';

const seed: SeedJoke[] = Array.from({ length: 50 }, (_, i) => ({
  id: `casa-${i}`,
  text: textOf(`seed ${i}`),
  themes: ['animales', `theme ${i}`],
  weight: 1,
}));

/** Jokes of a guild, of which every other one is loved. */
const jokesOf = (guildId: string, count: number): RatedJoke[] =>
  Array.from({ length: count }, (_, i) =>
    ratedJoke({ id: `${guildId}-${i}`, guildId, scores: i % 2 === 0 ? [5, 5, 4, 5] : [1, 2, 1, 2] }),
  );

/** The nth seed joke, told in a guild and rated there. */
const houseJoke = (n: number, scores: number[], guildId = 'g'): RatedJoke =>
  ratedJoke({
    ...{ id: `told casa-${n}${guildId === 'g' ? '' : ` in ${guildId}`}`, guildId, scores },
    ...{ houseId: `casa-${n}`, modelVersionId: null, text: seed[n]?.text ?? '' },
  });

const total = (items: readonly { weight: number }[]) => items.reduce((sum, { weight }) => sum + weight, 0);
const weightOf = (rated: readonly RatedJoke[], id: string) => {
  const { training, heldOut } = learningCorpus(rated, seed).snapshot;
  return [...training, ...heldOut].find((joke) => joke.id === id)?.weight;
};

describe('the training corpus', () => {
  it('weights loved jokes, and leaves out disliked ones', () => {
    const rated = jokesOf('g', 60);
    const { training } = learningCorpus(rated, seed);
    const texts = training.map(({ text }) => text);
    for (const joke of rated) if (joke.mean < 3) expect(texts).not.toContain(joke.text);
    expect(training.length).toBeGreaterThan(seed.length + 15);
    expect(total(training.slice(-seed.length)) / total(training)).toBeCloseTo(CORPUS_DEFAULTS.seedShare);
  });

  it('consists of the seed jokes while nobody has voted', () => {
    const { training, heldOut } = learningCorpus([], seed);
    expect(training).toEqual(seed.map(({ text, themes }) => ({ text, themes, weight: 1 })));
    expect(heldOut).toEqual([]);
  });

  it('holds out jokes by their text, whatever else was rated', () => {
    const some = learningCorpus(jokesOf('g', 80), seed).snapshot.heldOut.map(({ id }) => id);
    const more = learningCorpus([...jokesOf('g', 80), ...jokesOf('h', 300)], seed);
    expect(some.length).toBeGreaterThan(3);
    expect(more.snapshot.heldOut.map(({ id }) => id)).toEqual(expect.arrayContaining(some));
    const learned = new Set(more.training.map(({ text }) => text));
    expect(more.heldOut.filter(({ text }) => learned.has(text))).toEqual([]);
  });

  it('keeps near-duplicates on the side of the oldest, whichever one is loved', () => {
    const rated = jokesOf('g', 200);
    const { heldOut } = learningCorpus(rated, seed).snapshot;
    const [{ id } = { id: '' }] = heldOut.filter(({ weight }) => weight > 0);
    const oldest = rated.find((joke) => joke.id === id);
    const text = `${oldest?.text} zumo`;
    const retold = ratedJoke({ id: 'retold', text, scores: [5, 5, 5, 5, 5, 5] });
    const disliked = rated.map((joke) => (joke === oldest ? { ...joke, mean: 1 } : joke));
    const after = learningCorpus([...disliked, retold], seed);
    expect(after.snapshot.heldOut.map((joke) => joke.id)).toContain('retold');
    expect(after.training.map((joke) => joke.text)).not.toContain(text);
  });

  it('counts a joke told twice only once, and one in which the model repeats a seed joke not at all', () => {
    const rated = jokesOf('g', 60);
    const twice = { ...rated[0], id: 'twice', votes: 3 } as RatedJoke;
    const seeded = ratedJoke({ id: 'seeded', text: seed[0]?.text ?? '', scores: [5, 5, 5, 5, 5] });
    expect(weightOf([...rated, twice], 'twice')).toBeUndefined();
    expect(weightOf([...rated, seeded], 'seeded')).toBeUndefined();
    const house = houseJoke(0, [5, 5, 5, 5]);
    expect(weightOf([...rated, house, seeded], 'seeded')).toBeUndefined();
  });

  describe('of rated house jokes', () => {
    const rated = jokesOf('g', 60);
    /** House jokes, apart by which side their text puts them on. */
    const [learned = 0, held = 0] = ['training', 'heldOut'].map((side) =>
      seed.findIndex((_, i) => {
        const { snapshot } = learningCorpus([...rated, houseJoke(i, [5, 5, 5, 5])], seed);
        return snapshot[side as 'training'].some(({ id }) => id === `told casa-${i}`);
      }),
    );
    const entriesOf = (told: readonly RatedJoke[], text: string | undefined) => {
      const corpus = learningCorpus([...rated, ...told], seed);
      return [corpus.training, corpus.heldOut].map((side) => side.filter((joke) => joke.text === text));
    };

    it('takes them from the seed jokes and weighs them by their votes, with their themes', () => {
      const told = [...rated, houseJoke(learned, [5, 5, 5, 5])];
      const { training, seedJokes } = learningCorpus(told, seed);
      expect(seedJokes).toBe(seed.length - 1);
      const entries = training.filter(({ text }) => text === seed[learned]?.text);
      expect(entries).toMatchObject([{ themes: seed[learned]?.themes }]);
      const like = ratedJoke({ id: 'like', scores: [5, 5, 5, 5] });
      expect(entries[0]?.weight).toBeCloseTo(weightOf([...told, like], 'like') ?? 0, 1);
    });

    it('does not train on those that people dislike', () => {
      expect(entriesOf([houseJoke(learned, [1, 1, 2, 1])], seed[learned]?.text)).toEqual([[], []]);
      expect(weightOf([...rated, houseJoke(learned, [1, 1, 2, 1])], `told casa-${learned}`)).toBe(0);
    });

    it('takes each once, with the votes of all guilds, on one side', () => {
      const told = ['a', 'b', 'c'].map((guild) => houseJoke(held, guild === 'a' ? [5, 5] : [1, 1, 1], guild));
      const [training, heldOut] = entriesOf(told, seed[held]?.text);
      expect(training).toEqual([]);
      expect(heldOut).toHaveLength(1);
      expect(heldOut?.[0]?.weight).toBeLessThan(0); // three guilds together dislike it
      expect(entriesOf(told.slice(0, 1), seed[held]?.text)[1]?.[0]?.weight).toBeGreaterThan(0);
    });

    it('never takes one that the house holds out, on either side', () => {
      const apart = { ...houseJoke(learned, [5, 5, 5, 5]), text: textOf('held out') };
      for (const houseId of ['casa-9999', 'casa-9998'])
        expect(entriesOf([{ ...apart, houseId }], apart.text)).toEqual([[], []]);
    });
  });

  it('counts only the best of the jokes that share eight words, wherever they occur', () => {
    const rated = jokesOf('g', 60);
    const { training } = learningCorpus(rated, seed).snapshot;
    const liked = rated.find(({ id, mean }) => mean > 4 && training.some((joke) => joke.id === id));
    const retold = (id: string, text: string, scores: number[]) => ratedJoke({ id, text, scores });
    const opening = liked?.text ?? '';
    const best = retold(
      'best',
      `${opening} ${textOf('a long tail')} ${textOf('longer')}`,
      [5, 5, 5, 5, 5, 5, 5],
    );
    const seeded = retold('seeded', `${textOf('other')} ${seed[0]?.text} ${textOf('tail')}`, [5, 5, 5, 5, 5]);
    expect(opening.split(' ')).toHaveLength(8);
    expect(weightOf([...rated, best, seeded], liked?.id ?? '')).toBeUndefined();
    expect(weightOf([...rated, best, seeded], 'best')).toBeGreaterThan(0);
    expect(weightOf([...rated, best, seeded], 'seeded')).toBeUndefined();
    const seven = retold('seven', `${opening.split(' ').slice(1).join(' ')} ${textOf('tail')}`, [5, 5, 5, 5]);
    expect(weightOf([...rated, seven], 'seven')).toBeGreaterThan(0);
    expect(weightOf([...rated, seven], liked?.id ?? '')).toBeGreaterThan(0);
  });

  it('lets no guild dominate the model', () => {
    const rated = [...jokesOf('loud', 400), ...['a', 'b', 'c', 'd'].flatMap((guild) => jokesOf(guild, 30))];
    const { training } = learningCorpus(rated, seed).snapshot;
    const loud = training.filter(({ id }) => id.startsWith('loud'));
    expect(total(loud) / total(training)).toBeLessThanOrEqual(CORPUS_DEFAULTS.guildShare + 1e-9);
    expect(total(loud) / total(training)).toBeGreaterThan(CORPUS_DEFAULTS.guildShare - 0.01);
  });

  it('gives each of two guilds at most half', () => {
    const { training } = learningCorpus([...jokesOf('loud', 400), ...jokesOf('b', 30)], seed).snapshot;
    const loud = training.filter(({ id }) => id.startsWith('loud'));
    expect(total(loud) / total(training)).toBeCloseTo(0.5);
  });

  it('bounds what a brigade can do for one joke, however many vote', () => {
    const rated = jokesOf('g', 200).filter(({ id }) => id !== 'g-1');
    const pushed = (accounts: number) => {
      const joke = ratedJoke({ id: 'pushed', guildId: 'g', scores: [1, 2, ...Array(accounts).fill(5)] });
      const corpus = learningCorpus([...rated, joke], seed).snapshot;
      const side = [corpus.training, corpus.heldOut].find((list) => list.some(({ id }) => id === 'pushed'));
      const counting = (side ?? []).filter(({ id, weight }) => weight > 0 && id !== 'pushed');
      return (side?.find(({ id }) => id === 'pushed')?.weight ?? 0) / (total(counting) / counting.length);
    };
    expect(pushed(0)).toBe(0);
    expect(pushed(10_000)).toBeGreaterThan(1);
    expect(pushed(10_000)).toBeLessThanOrEqual(CORPUS_DEFAULTS.mostWeight * 1.1);
  });

  it('has a hash that changes with the training data and nothing else', () => {
    const rated = jokesOf('g', 60);
    const { sha256 } = learningCorpus(rated, seed);
    expect(
      learningCorpus(
        rated.map((joke) => ({ ...joke })),
        seed,
      ).sha256,
    ).toBe(sha256);
    expect(learningCorpus(rated.slice(1), seed).sha256).not.toBe(sha256);
    expect(learningCorpus(rated, seed.slice(1)).sha256).not.toBe(sha256);
  });
});
