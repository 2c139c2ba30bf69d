import { afterEach, describe, expect, it } from 'vitest';
import { createLog } from '../../src/lib/log.ts';
import { metrics } from '../../src/lib/metrics.ts';
import { type Monitor, type MonitorOptions, startMonitor } from '../../src/monitor/server.ts';

let monitor: Monitor | undefined;
afterEach(async () => {
  await monitor?.close();
  monitor = undefined;
});

async function open(options: Partial<MonitorOptions> = {}) {
  const started = await startMonitor({
    ...{ port: 0, host: '127.0.0.1', checks: {}, measure: async () => {}, log: createLog('silent') },
    ...options,
  });
  monitor = started;
  return (path: string, init?: RequestInit) => fetch(`${started.url}${path}`, init);
}

describe('the monitor', () => {
  it('says that the process runs', async () => {
    const get = await open({ checks: { database: () => false } });
    const response = await get('/healthz');
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
  });

  it('is ready when everything works, and says what does not', async () => {
    let gateway = true;
    const get = await open({ checks: { gateway: () => gateway, database: async () => true } });
    const ready = await get('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, gateway: true, database: true }]);
    gateway = false;
    const notReady = await get('/readyz');
    expect([notReady.status, await notReady.json()]).toEqual([
      503,
      { ready: false, gateway: false, database: true },
    ]);
  });

  it('counts a check that throws or never answers as failed', async () => {
    const get = await open({
      checks: {
        throws: () => {
          throw new Error('broken');
        },
        rejects: () => Promise.reject(new Error('broken')),
        hangs: () => new Promise(() => {}),
        works: () => true,
      },
    });
    const response = await get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ready: false,
      ...{ throws: false, rejects: false, hangs: false, works: true },
    });
  });

  it('serves metrics in the format of Prometheus, measured when they are read', async () => {
    const get = await open({ measure: async () => metrics.queued.set(7) });
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toMatch(/^chispa_requests_queued 7$/m);
    expect(text).toMatch(/^# TYPE chispa_request_wait_seconds histogram$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  it('serves the other metrics when some cannot be measured', async () => {
    const get = await open({ measure: () => Promise.reject(new Error('no database')) });
    const response = await get('/metrics');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('chispa_ratings_total');
  });

  it('has nothing else, and changes nothing', async () => {
    const get = await open();
    expect((await get('/')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(404);
    for (const path of ['//', '/metrics/', '/metricsx', '/constructor', '/__proto__', '/%ff'])
      expect((await get(path)).status, path).toBe(404);
    expect((await get('/healthz?from=probe')).status).toBe(200);
  });

  it('says which variable to change when its port is taken', async () => {
    await open();
    const port = Number(new URL(monitor?.url ?? '').port);
    await expect(
      startMonitor({
        port,
        host: '127.0.0.1',
        checks: {},
        measure: async () => {},
        log: createLog('silent'),
      }),
    ).rejects.toThrow(/METRICS_PORT/);
  });
});
