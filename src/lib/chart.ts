import { fileURLToPath } from 'node:url';
import { type Canvas, createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { Chart, type ChartConfiguration, type ChartItem, registerables } from 'chart.js';

/** Ships with Chispa: a host without fonts would silently draw blank labels. */
export const CHART_FONT = 'DejaVu Sans';
GlobalFonts.registerFromPath(fileURLToPath(new URL('./fonts/DejaVuSans.ttf', import.meta.url)), CHART_FONT);
Chart.register(...registerables);
Chart.defaults.font.family = CHART_FONT;
Chart.defaults.font.size = 14;

/** Draws a chart.js chart on a white background, as a PNG. Sizes in pixels. */
export const renderChart = (configuration: ChartConfiguration, size?: Partial<Size>): Buffer =>
  draw(configuration, size).toBuffer('image/png');

/** Several charts, one below the other, as one PNG as wide as the widest. */
export function renderCharts(charts: readonly { configuration: ChartConfiguration; size: Size }[]): Buffer {
  const drawn = charts.map(({ configuration, size }) => draw(configuration, size));
  const width = Math.max(...drawn.map((canvas) => canvas.width));
  const canvas = createCanvas(
    width,
    drawn.reduce((sum, { height }) => sum + height, 0),
  );
  let y = 0;
  for (const one of drawn) {
    canvas.getContext('2d').drawImage(one, 0, y);
    y += one.height;
  }
  return canvas.toBuffer('image/png');
}

export interface Size {
  width: number;
  height: number;
}

function draw(configuration: ChartConfiguration, { width = 900, height = 500 }: Partial<Size> = {}): Canvas {
  const canvas = createCanvas(width, height);
  const ground = {
    id: 'ground',
    beforeDraw: ({ ctx }: Chart) => {
      ctx.fillStyle = 'white';
      ctx.fillRect(0, 0, width, height);
    },
  };
  // chart.js expects a browser's canvas; @napi-rs/canvas has every method it calls.
  const chart = new Chart(canvas as unknown as ChartItem, {
    ...configuration,
    options: { ...configuration.options, responsive: false, animation: false },
    plugins: [...(configuration.plugins ?? []), ground],
  });
  // Copied, because destroying the chart would clear its canvas.
  const picture = createCanvas(width, height);
  picture.getContext('2d').drawImage(canvas, 0, 0);
  chart.destroy();
  return picture;
}
