import { fileURLToPath } from 'node:url';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart, type ChartConfiguration, type ChartItem, registerables } from 'chart.js';

/** Ships with Chispa: a host without fonts would draw blank labels, and say nothing. */
export const CHART_FONT = 'DejaVu Sans';
GlobalFonts.registerFromPath(fileURLToPath(new URL('./fonts/DejaVuSans.ttf', import.meta.url)), CHART_FONT);
Chart.register(...registerables);
Chart.defaults.font.family = CHART_FONT;
Chart.defaults.font.size = 14;

/** Draws a chart.js chart on a white ground, as a PNG. Sizes in pixels. */
export function renderChart(configuration: ChartConfiguration, { width = 900, height = 500 } = {}): Buffer {
  const canvas = createCanvas(width, height);
  const ground = {
    id: 'ground',
    beforeDraw: ({ ctx }: Chart) => {
      ctx.fillStyle = 'white';
      ctx.fillRect(0, 0, width, height);
    },
  };
  // chart.js wants a browser's canvas; @napi-rs/canvas has every method it calls.
  const chart = new Chart(canvas as unknown as ChartItem, {
    ...configuration,
    options: { ...configuration.options, responsive: false, animation: false },
    plugins: [...(configuration.plugins ?? []), ground],
  });
  try {
    return canvas.toBuffer('image/png');
  } finally {
    chart.destroy();
  }
}
