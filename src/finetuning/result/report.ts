import { renderChart } from '../../lib/chart.ts';
import type { EpochRecord } from '../run/progress.ts';

/** The notebook's table: one line an epoch, the best one marked. Losses in nats. */
export function lossTable(epochs: readonly EpochRecord[], best: number): string {
  const rows = epochs.map(({ epoch, trainLoss, validationLoss, validationTokenLoss }) => [
    `${epoch}${epoch === best ? ' *' : ''}`,
    trainLoss.toFixed(4),
    validationLoss.toFixed(6),
    validationTokenLoss.toFixed(6),
  ]);
  return table(['Epoch', 'Training Loss', 'Validation Loss', 'per token'], rows);
}

/** Columns lined up to the right, two spaces apart. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ');
  return [line(head), ...rows.map(line)].join('\n');
}

/** Training and validation loss by epoch, as a PNG. Epoch 0 is the model before the run. */
export function lossChart(title: string, epochs: readonly EpochRecord[], initialLoss: number): Buffer {
  const series = (label: string, color: string, data: (number | null)[]) => ({
    label,
    data,
    borderColor: color,
    backgroundColor: color,
    tension: 0,
  });
  return renderChart({
    type: 'line',
    data: {
      labels: [0, ...epochs.map(({ epoch }) => epoch)],
      datasets: [
        series('training', '#4c78a8', [null, ...epochs.map(({ trainLoss }) => trainLoss)]),
        series('validation', '#f58518', [initialLoss, ...epochs.map(({ validationLoss }) => validationLoss)]),
      ],
    },
    options: {
      plugins: { title: { display: true, text: title } },
      scales: {
        x: { title: { display: true, text: 'epoch' } },
        y: { title: { display: true, text: 'loss (nats per token)' } },
      },
    },
  });
}
