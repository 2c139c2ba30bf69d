/** The upper bounds of the length classes, in words; the last class is open-ended. */
const LENGTHS = [10, 20, 30, 40, 60, 80, 120, 200, Number.POSITIVE_INFINITY];

export interface CorpusStats {
  rows: number;
  /** Counted as the notebook does (`str.split()`): 31 for the whole of CHISTES. */
  medianWords: number;
  /** Classes of `from` to `to` words, inclusive; `to` is null in the last. */
  lengths: { from: number; to: number | null; rows: number }[];
  /** Most frequent first; jokes without one count as "". */
  categories: { category: string; rows: number }[];
  crude: number;
  voted: number;
}

/** The fields that the statistics count. */
interface Counted {
  text: string;
  category?: string | null | undefined;
  flags: readonly string[];
  voted: boolean;
}

/** A corpus in numbers. */
export function corpusStats(jokes: readonly Counted[]): CorpusStats {
  const words = jokes.map(({ text }) => wordCount(text)).sort((a, b) => a - b);
  const categories = new Map<string, number>();
  for (const { category } of jokes) categories.set(category ?? '', (categories.get(category ?? '') ?? 0) + 1);
  return {
    rows: jokes.length,
    medianWords: median(words),
    lengths: LENGTHS.map((to, i) => {
      const from = (LENGTHS[i - 1] ?? 0) + 1;
      const rows = words.filter((count) => count >= from && count <= to).length;
      return { from, to: Number.isFinite(to) ? to : null, rows };
    }),
    categories: [...categories]
      .map(([category, rows]) => ({ category, rows }))
      .sort((a, b) => b.rows - a.rows || a.category.localeCompare(b.category, 'es')),
    crude: jokes.filter(({ flags }) => flags.includes('crude')).length,
    voted: jokes.filter(({ voted }) => voted).length,
  };
}

/** Words separated by whitespace; a dialogue's dash counts as one. */
const wordCount = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

/** The median of an ascending list; 0 if it is empty. */
function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
