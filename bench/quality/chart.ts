import type { StepCost } from './cost.ts';

const COLORS: Record<string, string> = { fp32: '#4a6fa5', q8: '#d9822b', q4: '#4f9d69' };
const PANEL = { width: 300, height: 220, left: 44, bottom: 34, top: 30, right: 12 };
const TITLES = {
  batch: 'rows in the batch',
  context: 'tokens in the cache of each of 8 rows',
  width: 'model width (6 layers, 1 row)',
};

/** An SVG with three panels: milliseconds per decode step over batch, context, and width, one line per precision. */
export function costChart(costs: readonly StepCost[]): string {
  const series = ['batch', 'context', 'width'] as const;
  const panels = series.map(
    (name, i) =>
    panel(costs.filter((it) => it.series === name), TITLES[name], i * PANEL.width), // biome-ignore format: one call
  );
  const legend = Object.entries(COLORS).map(
    ([name, color], i) =>
      `<rect x="${50 + i * 70}" y="${PANEL.height + 4}" width="12" height="12" fill="${color}"/>` +
      `<text x="${68 + i * 70}" y="${PANEL.height + 14}">${name}</text>`,
  );
  const [width, height] = [series.length * PANEL.width, PANEL.height + 24];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" fill="#222">
<rect width="${width}" height="${height}" fill="#fff"/>
${[...panels, ...legend].join('\n')}
</svg>
`;
}

function panel(costs: readonly StepCost[], title: string, offset: number): string {
  const { left, right, top, bottom } = PANEL;
  const maxX = Math.max(...costs.map(({ x }) => x));
  const maxY = Math.max(...costs.map(({ ms }) => ms)) * 1.05;
  const px = (x: number) => left + (x / maxX) * (PANEL.width - left - right);
  const py = (y: number) => PANEL.height - bottom - (y / maxY) * (PANEL.height - top - bottom);
  const round = (value: number) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));
  const ticksY = [0, 0.5, 1].map(
    (share) =>
      `<line x1="${left}" x2="${PANEL.width - right}" y1="${py(maxY * share)}" y2="${py(maxY * share)}" stroke="#ddd"/>` +
      `<text x="${left - 4}" y="${py(maxY * share) + 4}" text-anchor="end">${round(maxY * share)}</text>`,
  );
  const xs = [...new Set(costs.map(({ x }) => x))].filter((x) => x >= maxX / 9);
  const ticksX = xs.map(
    (x) => `<text x="${px(x)}" y="${PANEL.height - bottom + 14}" text-anchor="middle">${x}</text>`,
  );
  const lines = Object.entries(COLORS).map(([precision, color]) => {
    const own = costs.filter((it) => it.precision === precision);
    const points = own.map(({ x, ms }) => `${px(x).toFixed(1)},${py(ms).toFixed(1)}`);
    const dots = points.map((point) => {
      const [x, y] = point.split(',');
      return `<circle cx="${x}" cy="${y}" r="2.5" fill="${color}"/>`;
    });
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}`;
  });
  const captions =
    `<text x="${PANEL.width / 2}" y="${PANEL.height - 4}" text-anchor="middle">${title}</text>` +
    `<text x="${left}" y="${top - 12}">ms per step</text>`;
  return `<g transform="translate(${offset} 0)">${[...ticksY, ...ticksX, ...lines, captions].join('')}</g>`;
}
