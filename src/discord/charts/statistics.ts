import type { ChartConfiguration } from 'chart.js';
import { renderCharts } from '../../lib/chart.ts';
import type { Messages } from '../messages/index.ts';

interface Rated {
  votes: number;
  /** 1 to 5; null without votes. */
  mean: number | null;
}

export interface StatisticsChart {
  /** Oldest first; `week` is its Monday, YYYY-MM-DD. */
  weeks: { week: string; generated: Rated; house: Rated }[];
  /** Newest first. */
  models: (Rated & { name: string })[];
  /** Jokes that the judge chose: the rating that it expected, and the mean that people gave. */
  expected: { predicted: number; given: number }[];
  locale: string;
  texts: Messages['statistics']['chart'];
}

const WIDTH = 900;
const WEEKS_HEIGHT = 520;
/** Pixels per version's bar, and around the bars. */
const BAR_HEIGHT = 44;
const AROUND_BARS = 110;
const EXPECTED_HEIGHT = 420;
/** Fewest rated jokes for a picture of what the judge expected. */
const FEWEST = 5;
/** How many versions are shown (the newest). */
const MODELS = 6;
const COLOR = {
  mean: '#e4572e',
  house: '#2a9d8f',
  votes: '#f2c14e88',
  models: '#3a86ff',
  text: '#222222',
  grid: '#00000018',
};
const RATING = { min: 1, max: 5 };
const title = (text: string) => ({ display: true, text, color: COLOR.text, font: { size: 24 } });
const ticks = { color: COLOR.text, font: { size: 16 } };

/**
 * One PNG: by week the mean rating of new jokes, that of house jokes if any were rated, and the number of votes; below
 * them the mean rating by model version, and what the judge expected against what people gave.
 */
export function renderStatistics(statistics: StatisticsChart): Buffer {
  const rated = statistics.models.filter(({ mean }) => mean !== null).slice(0, MODELS);
  const size = { width: WIDTH, height: WEEKS_HEIGHT };
  const weeks = { configuration: byWeek(statistics), size };
  const height = AROUND_BARS + rated.length * BAR_HEIGHT;
  const models = { configuration: byModel(rated, statistics), size: { width: WIDTH, height } };
  const judged = {
    configuration: byExpectation(statistics),
    size: { width: WIDTH, height: EXPECTED_HEIGHT },
  };
  return renderCharts([
    weeks,
    ...(rated.length > 0 ? [models] : []),
    ...(statistics.expected.length >= FEWEST ? [judged] : []),
  ]);
}

function byWeek({ weeks, locale, texts }: StatisticsChart): ChartConfiguration {
  const line = (label: string, data: (number | null)[], color: string) => ({
    ...{ type: 'line' as const, label, data, borderColor: color, backgroundColor: color },
    ...{ borderWidth: 4, pointRadius: 6, spanGaps: true, yAxisID: 'rating' },
  });
  const house = weeks.map((week) => week.house.mean);
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  return {
    type: 'bar',
    data: {
      labels: weeks.map(({ week }) => date.format(new Date(`${week}T00:00:00Z`))),
      datasets: [
        line(
          texts.mean,
          weeks.map((week) => week.generated.mean),
          COLOR.mean,
        ),
        ...(house.some((mean) => mean !== null) ? [line(texts.house, house, COLOR.house)] : []),
        {
          label: texts.votes,
          data: weeks.map((week) => week.generated.votes + week.house.votes),
          backgroundColor: COLOR.votes,
          yAxisID: 'votes',
        },
      ],
    },
    options: {
      layout: { padding: 16 },
      plugins: {
        title: title(texts.byWeek),
        legend: { labels: { color: COLOR.text, font: { size: 18 } }, position: 'bottom' },
      },
      scales: {
        x: { ticks, grid: { display: false } },
        rating: {
          ...RATING,
          position: 'left',
          ticks: { ...ticks, stepSize: 1 },
          grid: { color: COLOR.grid },
        },
        votes: { min: 0, position: 'right', ticks: { ...ticks, precision: 0 }, grid: { display: false } },
      },
    },
  };
}

/** One point per joke: the expected rating across, the given one upward. A perfect judge would put all on the diagonal. */
function byExpectation({ expected, texts }: StatisticsChart): ChartConfiguration {
  const axis = (text: string) => ({
    ...RATING,
    title: { display: true, text, color: COLOR.text, font: { size: 16 } },
    ticks: { ...ticks, stepSize: 1 },
    grid: { color: COLOR.grid },
  });
  return {
    type: 'scatter',
    data: {
      datasets: [
        {
          data: expected.map(({ predicted, given }) => ({ x: predicted, y: given })),
          backgroundColor: COLOR.mean,
          pointRadius: 6,
        },
        {
          type: 'line',
          data: [RATING.min, RATING.max].map((value) => ({ x: value, y: value })),
          borderColor: COLOR.votes,
          borderWidth: 3,
          pointRadius: 0,
        },
      ],
    },
    options: {
      layout: { padding: 16 },
      plugins: { title: title(texts.byExpectation), legend: { display: false } },
      scales: { x: axis(texts.predicted), y: axis(texts.given) },
    },
  };
}

/** One bar per version, newest on top, labeled with its name, mean and votes. */
function byModel(models: StatisticsChart['models'], { texts }: StatisticsChart): ChartConfiguration {
  return {
    type: 'bar',
    data: {
      labels: models.map(({ name, mean, votes }) => texts.version(name, mean ?? 0, votes)),
      datasets: [{ data: models.map(({ mean }) => mean), backgroundColor: COLOR.models, barPercentage: 0.7 }],
    },
    options: {
      indexAxis: 'y',
      layout: { padding: 16 },
      plugins: { title: title(texts.byModel), legend: { display: false } },
      scales: {
        x: { ...RATING, ticks: { ...ticks, stepSize: 1 }, grid: { color: COLOR.grid } },
        y: { ticks, grid: { display: false } },
      },
    },
  };
}
