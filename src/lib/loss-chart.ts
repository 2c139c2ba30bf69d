import { renderChart } from './chart.ts';

export interface LossChart {
  /** In order. Losses in nats per token. */
  epochs: readonly { epoch: number; trainLoss: number | null; validationLoss: number | null }[];
  locale: string;
  texts: { title: string; epoch: string; training: string; validation: string };
}

const SIZE = { width: 900, height: 480 };
const COLOR = { training: '#f2c14e', validation: '#e4572e', text: '#222222', grid: '#00000018' };

/** Training and validation loss by epoch, as a PNG. */
export function renderLoss({ epochs, locale, texts }: LossChart): Buffer {
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 2 });
  const line = (label: string, data: (number | null)[], color: string) => ({
    label,
    data,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 4,
    pointRadius: 6,
    spanGaps: true,
  });
  const axis = (title: string) => ({
    title: { display: title !== '', text: title, color: COLOR.text, font: { size: 18 } },
    grid: { color: COLOR.grid },
  });
  const ticks = { color: COLOR.text, font: { size: 16 } };
  return renderChart(
    {
      type: 'line',
      data: {
        labels: epochs.map(({ epoch }) => String(epoch)),
        datasets: [
          line(
            texts.training,
            epochs.map(({ trainLoss }) => trainLoss),
            COLOR.training,
          ),
          line(
            texts.validation,
            epochs.map(({ validationLoss }) => validationLoss),
            COLOR.validation,
          ),
        ],
      },
      options: {
        layout: { padding: 16 },
        plugins: {
          title: { display: true, text: texts.title, color: COLOR.text, font: { size: 24 } },
          legend: { labels: { color: COLOR.text, font: { size: 18 } }, position: 'bottom' },
        },
        scales: {
          x: { ...axis(texts.epoch), ticks },
          y: { ...axis(''), ticks: { ...ticks, callback: (value) => number.format(Number(value)) } },
        },
      },
    },
    SIZE,
  );
}
