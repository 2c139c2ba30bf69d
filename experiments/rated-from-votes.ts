import { type Joke, voteCount } from '../src/corpus/joke.ts';
import type { RatedJoke } from '../src/trainer/policy/vote-model.ts';

/** Jokes from a file with a column per score, in the form of the learning loop's own. "Not a joke" counts as a 1. */
export function ratedFromVotes(jokes: readonly Joke[]): RatedJoke[] {
  return jokes.flatMap(({ text, votes, id, line }) => {
    if (!votes || voteCount(votes) === 0) return [];
    const scores = votes.flatMap((count, score) => Array<number>(count).fill(Math.max(1, score)));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
    return [
      {
        id: id ?? String(line),
        guildId: 'file',
        text,
        theme: null,
        votes: scores.length,
        mean,
        variance,
        modelVersionId: 0,
        houseId: null,
      },
    ];
  });
}
