import { renderChart } from '../../lib/chart.ts';
import type { Messages } from '../messages/index.ts';

interface Rated {
  votes: number;
  /** 1 to 5; null without votes. */
  mean: number | null;
}

export interface StatisticsChart {
  /** Oldest first; `week` is its Monday, YYYY-MM-DD. */
  weeks: (Rated & { week: string })[];
  /** Newest first. */
  models: (Rated & { name: string })[];
  locale: string;
  texts: Messages['statistics']['chart'];
}

const SIZE = { width: 900, height: 720 };
/** Versions shown: the newest. */
const MODELS = 6;
const COLOUR = { mean: '#e4572e', votes: '#f2c14e88', models: '#3a86ff', text: '#222222', grid: '#00000018' };
const RATING = { min: 1, max: 5 };

/** The mean rating by week, over the number of votes, and below it by model version, as one PNG. */
export function renderStatistics({ weeks, models, locale, texts }: StatisticsChart): Buffer {
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 2 });
  const labels = weeks.map(({ week }) => date.format(new Date(`${week}T00:00:00Z`)));
  const shown = models.slice(0, MODELS);
  const legend = shown.map(({ name, mean }) => `${name}  ${mean === null ? '–' : number.format(mean)}`);
  return renderChart(
    {
      type: 'bar',
      data: {
        labels,
        datasets: [
          {
            type: 'line',
            label: texts.mean,
            data: weeks.map(({ mean }) => mean),
            borderColor: COLOUR.mean,
            backgroundColor: COLOUR.mean,
            borderWidth: 4,
            pointRadius: 6,
            spanGaps: true,
            yAxisID: 'rating',
          },
          {
            label: texts.votes,
            data: weeks.map(({ votes }) => votes),
            backgroundColor: COLOUR.votes,
            yAxisID: 'votes',
          },
        ],
      },
      options: {
        layout: { padding: 16 },
        plugins: {
          title: { display: true, text: texts.byWeek, color: COLOUR.text, font: { size: 24 } },
          legend: { labels: { color: COLOUR.text, font: { size: 18 } }, position: 'bottom' },
          subtitle: {
            display: shown.length > 0,
            text: [`${texts.byModel}:`, ...legend],
            position: 'bottom',
            color: COLOUR.text,
            font: { size: 18 },
            padding: { top: 16 },
          },
        },
        scales: {
          x: { ticks: { color: COLOUR.text, font: { size: 16 } }, grid: { display: false } },
          rating: {
            ...RATING,
            position: 'left',
            ticks: { stepSize: 1, color: COLOUR.text, font: { size: 16 } },
            grid: { color: COLOUR.grid },
          },
          votes: {
            min: 0,
            position: 'right',
            ticks: { precision: 0, color: COLOUR.text, font: { size: 16 } },
            grid: { display: false },
          },
        },
      },
    },
    SIZE,
  );
}
