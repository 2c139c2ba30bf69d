import { describe, expect, it } from 'vitest';
import { createCrowd } from '../../experiments/community/raters.ts';
import { TASTES } from '../../experiments/community/tastes.ts';
import { createRandom } from '../../src/lib/random.ts';

const score = (taste: string, text: string) => TASTES.find(({ name }) => name === taste)?.score(text);

describe('tastes', () => {
  it('like short riddles', () => {
    const riddle = score('question', '¿Qué le dice un pez a otro? Nada.');
    expect(riddle).toBe(5);
    expect(score('question', '—¿Qué le dice un pez a otro?\n—Nada.')).toBe(5);
    expect(score('question', `¿Qué le dice un pez a otro? ${'nada '.repeat(40)}`)).toBeCloseTo(3.4);
    expect(score('question', 'El pez no dice nada.')).toBeCloseTo(2.6);
    expect(score('question', '¿Qué le dice un pez a otro?')).toBeLessThan(riddle ?? 0);
  });

  it('like turns', () => {
    expect(score('dialogue', 'Nada.')).toBe(1);
    expect(score('dialogue', '—¿Qué?\n—Nada.')).toBe(3);
    expect(score('dialogue', '- a\n- b\n- c\n- d\n- e')).toBe(5);
  });

  it('like animals, but only as whole words', () => {
    expect(score('animals', 'Un coso y una rosa.')).toBe(1);
    expect(score('animals', 'Un Perro, un perro.')).toBeCloseTo(3.8);
    expect(score('animals', 'Un PEZ y un león.')).toBe(5);
  });

  it('like relatives', () => {
    expect(score('relatives', 'Un primor.')).toBe(1);
    expect(score('relatives', 'Mi suegra y mi suegra.')).toBeCloseTo(3.8);
    expect(score('relatives', 'Mi TÍO y mi cuñada.')).toBe(5);
  });

  it('like long stories without dialogue', () => {
    expect(score('stories', 'nada '.repeat(20))).toBe(3);
    expect(score('stories', 'nada '.repeat(50))).toBe(5);
    expect(score('stories', `- ${'nada '.repeat(50)}`)).toBeCloseTo(2.2);
  });
});

describe('the crowd', () => {
  const means = (hidden: number) => {
    const crowd = createCrowd(createRandom(1));
    const votes = Array.from({ length: 4000 }, () => crowd.votes(hidden));
    const scores = votes.flat().map(({ score }) => score);
    return { votes, scores, mean: scores.reduce((sum, s) => sum + s, 0) / scores.length };
  };

  it('gives three to five votes by different raters, within the scale', () => {
    const { votes, scores } = means(3);
    expect(new Set(votes.map((list) => list.length))).toEqual(new Set([3, 4, 5]));
    for (const list of votes) expect(new Set(list.map(({ rater }) => rater)).size).toBe(list.length);
    expect(new Set(scores)).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  it('prefers what scores higher despite noise, bias and trolls', () => {
    const [low, middle, high] = [means(1.5), means(3), means(4.5)];
    expect(low.mean).toBeLessThan(middle.mean - 0.7);
    expect(high.mean).toBeGreaterThan(middle.mean + 0.7);
    // One in ten votes the reverse: a score of 4.5 gets some 1s.
    const ones = high.scores.filter((s) => s === 1).length / high.scores.length;
    expect(ones).toBeGreaterThan(0.02);
    expect(ones).toBeLessThan(0.1);
  });
});
