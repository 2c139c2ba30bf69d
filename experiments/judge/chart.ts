import { renderCharts } from '../../src/lib/chart.ts';
import { AFTER, type Claim, type Estimate, type Figures } from './figures.ts';
import type { WayName } from './telling.ts';

export interface Result {
  taste: string;
  figures: Record<WayName, Figures>;
  claims: Claim[];
}

const LINES = [
  { way: 'eight', of: 'oracle', label: 'an oracle', color: '#999999', dash: [2, 4] },
  { way: 'eight', of: 'gains', label: 'best of 8', color: '#4a6fa5', dash: [] },
  { way: 'four', of: 'gains', label: 'best of 4', color: '#4f9d69', dash: [] },
  { way: 'control', of: 'gains', label: 'best of 8, shuffled votes', color: '#d9822b', dash: [6, 6] },
] as const;

/** For each taste, the gain over the mean of the candidates, and the oracle's, as a PNG. */
export function judgeChart(results: readonly Result[]): Buffer {
  return renderCharts(
    results.map(({ taste, figures }) => ({
      size: { width: 900, height: 280 },
      configuration: {
        type: 'line',
        data: {
          labels: AFTER.slice(0, figures.eight.scores.length).map((after) => `${after} rated`),
          datasets: LINES.map(({ way, of, label, color, dash }) => ({
            ...{ label, data: figures[way][of].map(meanOf), borderColor: color, borderDash: [...dash] },
          })),
        },
        options: {
          plugins: { title: { display: true, text: taste } },
          scales: { y: { min: -0.5, max: 2, title: { display: true, text: 'points gained' } } },
        },
      },
    })),
  );
}

const meanOf = (figure: number | Estimate): number => (typeof figure === 'number' ? figure : figure.mean);
