/** What the judge expected of a joke and what people gave it, 1 to 5. */
export interface Outcome {
  predicted: number;
  given: number;
}

/** How well the judge predicts. */
export interface JudgeFigures {
  jokes: number;
  /** Root of the mean squared error of its predictions, and of always saying the mean of what people gave. */
  rmse: number;
  meanRmse: number;
  /** Rank correlation, -1 to 1 (Spearman 1904); null where all predictions or all ratings are the same. */
  spearman: number | null;
}

/** The figures of some outcomes; undefined without any. */
export function judgeFigures(outcomes: readonly Outcome[]): JudgeFigures | undefined {
  if (outcomes.length === 0) return undefined;
  const given = outcomes.map((outcome) => outcome.given);
  const mean = average(given);
  return {
    jokes: outcomes.length,
    rmse: Math.sqrt(average(outcomes.map((outcome) => (outcome.predicted - outcome.given) ** 2))),
    meanRmse: Math.sqrt(average(given.map((value) => (value - mean) ** 2))),
    spearman: correlation(ranks(outcomes.map(({ predicted }) => predicted)), ranks(given)),
  };
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(a: readonly number[], b: readonly number[]): number | null {
  const [meanA, meanB] = [average(a), average(b)];
  const of = (f: (x: number, y: number) => number) =>
    average(a.map((x, i) => f(x - meanA, (b[i] ?? Number.NaN) - meanB)));
  const size = Math.sqrt(of((x) => x * x) * of((_, y) => y * y));
  return size > 0 ? of((x, y) => x * y) / size : null;
}

/** Each value's place among all; equal ones share the mean of their places. */
function ranks(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2);
}
