import type { RatedJoke } from '../../../src/trainer/policy/vote-model.ts';

type Given = Partial<Omit<RatedJoke, 'votes' | 'mean' | 'variance'>> & { scores: readonly number[] };

/** A rated joke with these votes; its text is unique unless given. */
export function ratedJoke({ scores, ...given }: Given): RatedJoke {
  const id = given.id ?? '1';
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
  return {
    guildId: 'a guild',
    text: textOf(id),
    theme: null,
    modelVersionId: 1,
    houseId: null,
    ...given,
    id,
    votes: scores.length,
    mean,
    variance,
  };
}

/** A text unlike that of any other id. */
export const textOf = (id: string): string =>
  Array.from({ length: 8 }, (_, i) => spelled(hash(`${id}/${i}`))).join(' ');

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (const character of text) h = Math.imul(h ^ character.charCodeAt(0), 0x01000193);
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
}

const spelled = (n: number): string =>
  n.toString(26).replace(/[0-9]/g, (digit) => String.fromCharCode(113 + Number(digit)));
