import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { houseJokes } from '../../src/corpus/house.ts';
import { houseJokesAbout } from '../../src/corpus/house-themes.ts';
import { seedJokes } from '../../src/finetuning/data/seed-jokes.ts';
import { packageRoot } from '../../src/lib/paths.ts';
import { learningCorpus } from '../../src/trainer/policy/corpus.ts';
import { ratedJoke } from '../trainer/policy/samples.ts';

const apart = houseJokes().filter(({ heldOut }) => heldOut);
const texts = new Set(apart.map(({ text }) => text));

/**
 * Everything that reads the house jokes with the held-out ones among them, and why it may. Whatever trains, tells jokes
 * or prompts a model uses `seedJokes` or `houseJokesAbout`, which leave those out.
 */
const READERS: Record<string, string> = {
  'src/corpus/house-themes.ts': 'leaves them out: houseJokesAbout',
  'src/finetuning/data/seed-jokes.ts': 'leaves them out: seedJokes',
  'src/prompt/few-shot.ts': 'leaves them out: houseRecipe',
  'src/generator/judging.ts': 'leaves them out of the basis',
  'src/trainer/taste.ts': 'leaves them out of the basis',
  'src/generator/best-of.ts': 'recognizes copies of any of them',
  'bench/best-of.ts': 'leaves them out',
  'experiments/judge/main.ts': 'recognizes copies of any of them',
  'experiments/judge/pool.ts': 'leaves them out',
  'experiments/judged-votes.ts': 'leaves them out of the basis',
  'corpus/check.ts': 'checks the form of all jokes',
  'src/cli/evaluate/run.ts': 'measures a model on the held-out ones',
  'scripts/measure-model.ts': 'measures a model on the held-out ones',
  'bench/parity.ts': 'compares losses with another implementation',
};

describe('the held-out house jokes', () => {
  it('are read together with the others only where nothing is learned or told', () => {
    const files = ['src', 'commands', 'scripts', 'bench', 'experiments', 'corpus'].flatMap((root) =>
      readdirSync(join(packageRoot, root), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `${root}/${file}`),
    );
    const readers = files.filter((file) => {
      const source = readFileSync(join(packageRoot, file), 'utf8');
      return (
        /\b(houseJokes|parseHouseJokes)\b[^;]*from '[^']*house\.ts'/.test(source) ||
        /corpus[/', ]+jokes'/.test(source)
      );
    });
    expect(readers.filter((file) => file !== 'src/corpus/house.ts').sort()).toEqual(
      Object.keys(READERS).sort(),
    );
  });

  it('are not among the seed jokes, with which the bundled model, chispa train and every run are trained', () => {
    expect(apart).toHaveLength(517);
    expect(
      seedJokes().filter(({ id, text }) => texts.has(text) || apart.some((joke) => joke.id === id)),
    ).toEqual([]);
    expect(seedJokes()).toHaveLength(houseJokes().length - 517);
  });

  it('are not learned from by the learning loop, whatever votes they have', () => {
    const rated = [...apart, ...houseJokes().slice(0, 60)].map(({ id, text }) =>
      ratedJoke({ id: `told ${id}`, houseId: id, modelVersionId: null, text, scores: [5, 5, 5, 4] }),
    );
    const { training, heldOut, snapshot } = learningCorpus(rated, seedJokes().slice(0, 500));
    expect([...training, ...heldOut].filter(({ text }) => texts.has(text))).toEqual([]);
    const ids = new Set(apart.map(({ id }) => `told ${id}`));
    expect([...snapshot.training, ...snapshot.heldOut].filter(({ id }) => ids.has(id))).toEqual([]);
    expect(snapshot.training.length + snapshot.heldOut.length).toBeGreaterThan(40);
  });

  it('are never told, so that nobody votes on them or goes on from them', () => {
    const themes = [
      undefined,
      ...new Set(apart.flatMap(({ category, keywords }) => [category, ...keywords])),
    ];
    const told = themes.flatMap((theme) => houseJokesAbout(theme).filter(({ heldOut }) => heldOut));
    expect(told).toEqual([]);
  });
});
