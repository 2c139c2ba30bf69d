import { fitVoteModel, jokeValue, pooledHouseJokes, type RatedJoke } from './vote-model.ts';

/** Datasets for other trainers, with the columns that the documentation of TRL names for each of them. */
export const PREFERENCE_FORMATS = ['trl-sft', 'trl-kto', 'trl-dpo'] as const;
export type PreferenceFormat = (typeof PREFERENCE_FORMATS)[number];

/** `trl-sft`: prompt-completion. `trl-kto`: unpaired preference. `trl-dpo`: preference with an explicit prompt. */
export type PreferenceRow =
  | { prompt: string; completion: string }
  | { prompt: string; completion: string; label: boolean }
  | { prompt: string; chosen: string; rejected: string };

/** How far apart two jokes' values must be, in standard deviations of all values, for one to be called better. */
const CLEARLY = 0.5;

const promptOf = ({ theme }: Pick<RatedJoke, 'theme'>): string =>
  theme === null ? 'Cuéntame un chiste.' : `Cuéntame un chiste sobre ${theme}.`;

interface Valued {
  joke: RatedJoke;
  /** In standard deviations from the mean of all. */
  merit: number;
}

/**
 * Rated jokes as training data. A joke's value is the shrunk mean of its votes, as in the learning loop.
 * `trl-sft`: jokes above the mean. `trl-kto`: jokes clearly above it (`label` true) or below (false). `trl-dpo`: of one
 * guild and one prompt, the best with the worst, the next best with the next worst, while they are clearly apart; each
 * joke is in one pair at most.
 */
export function preferenceRows(rated: readonly RatedJoke[], format: PreferenceFormat): PreferenceRow[] {
  const jokes = format === 'trl-dpo' ? rated : pooledHouseJokes(rated);
  const model = fitVoteModel(jokes);
  const valued: Valued[] = jokes.map((joke) => ({
    joke,
    merit: (jokeValue(joke, model) - model.mean) / model.spread,
  }));
  if (format === 'trl-dpo') return pairs(valued);
  const shown = valued.filter(({ merit }) =>
    format === 'trl-sft' ? merit > 0 : Math.abs(merit) >= CLEARLY / 2,
  );
  return shown.map(({ joke, merit }) => ({
    prompt: promptOf(joke),
    completion: joke.text,
    ...(format === 'trl-kto' && { label: merit > 0 }),
  }));
}

function pairs(valued: readonly Valued[]): PreferenceRow[] {
  const groups = new Map<string, Valued[]>();
  for (const one of valued) {
    const key = JSON.stringify([one.joke.guildId, promptOf(one.joke)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const best = group.sort((a, b) => b.merit - a.merit || (a.joke.id < b.joke.id ? -1 : 1));
    return best.slice(0, Math.floor(best.length / 2)).flatMap((better, i) => {
      const worse = best[best.length - 1 - i];
      if (!worse || better.merit - worse.merit < CLEARLY) return [];
      return [{ prompt: promptOf(better.joke), chosen: better.joke.text, rejected: worse.joke.text }];
    });
  });
}
