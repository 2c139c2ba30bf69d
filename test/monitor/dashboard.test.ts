import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { registry } from '../../src/lib/metrics.ts';
import { packageRoot } from '../../src/lib/paths.ts';

const dashboard = z
  .object({
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) })),
  })
  .parse(JSON.parse(readFileSync(join(packageRoot, 'deploy/grafana.json'), 'utf8')));
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Every series that this program serves: a histogram has three. */
async function series(): Promise<Set<string>> {
  const defaults = new Registry();
  collectDefaultMetrics({ register: defaults });
  const all = [...(await registry.getMetricsAsJSON()), ...(await defaults.getMetricsAsJSON())];
  return new Set(
    all.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

const NAME = /\b(?:chispa|process|nodejs)_\w+/g;

describe('the Grafana dashboard', () => {
  it('draws only metrics that are served', async () => {
    const served = await series();
    const drawn = expressions.flatMap((expr) => expr.match(NAME) ?? []);
    expect(drawn.length).toBeGreaterThan(15);
    expect(drawn.filter((name) => !served.has(name))).toEqual([]);
  });

  it('draws every metric of Chispa', async () => {
    const names = (await registry.getMetricsAsJSON())
      .map(({ name }) => name)
      .filter((name) => name.startsWith('chispa_')); // not the process's, which other tests may have added
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !expressions.some((expr) => expr.includes(name)))).toEqual([]);
  });
});
