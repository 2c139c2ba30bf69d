import { renderChart } from '../../src/lib/chart.ts';
import type { Round } from './arm.ts';
import type { Claim } from './verdict.ts';
import type { WayName } from './ways.ts';

export interface Result {
  taste: string;
  /** Those that were asked for. */
  arms: Partial<Record<WayName, readonly Round[]>>;
  claims: Claim[];
}

const COLORS = ['#4a6fa5', '#d9822b', '#4f9d69', '#8e5ea2', '#c0504d'];

/** The mean hidden score over the rounds, as a PNG: one line per taste, dashed for shuffled votes. */
export function communityChart(results: readonly Result[]): Buffer {
  const rounds = Math.max(...results.map(({ arms }) => arms.votes?.length ?? 0));
  return renderChart({
    type: 'line',
    data: {
      labels: Array.from({ length: rounds }, (_, round) => `round ${round}`),
      datasets: results.flatMap(({ taste, arms }, i) =>
        (['votes', 'control'] as const).map((arm) => ({
          label: arm === 'votes' ? taste : `${taste}, shuffled votes`,
          data: (arms[arm] ?? []).map(({ mean }) => mean),
          borderColor: COLORS[i % COLORS.length] as string, // within bounds
          borderDash: arm === 'votes' ? [] : [6, 6],
          borderWidth: arm === 'votes' ? 3 : 1.5,
        })),
      ),
    },
    options: {
      scales: { y: { min: 1, max: 5, title: { display: true, text: 'mean hidden score of fresh jokes' } } },
    },
  });
}
