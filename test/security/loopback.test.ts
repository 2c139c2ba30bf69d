import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createBox } from 'discord-in-a-box';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { startMonitor } from '../../src/monitor/server.ts';
import { silent } from '../databases.ts';

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

/** Whether a port can be reached through an address of this machine. */
const reaches = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    setTimeout(() => socket.destroy(), 5000).unref();
  });

it.skipIf(!outside)('what listens can be reached from this machine only', async () => {
  const box = await createBox({ port: 0 });
  onTestFinished(() => box.close());
  const { metricsHost: host } = loadConfig({}, 'none');
  const measure = async () => {};
  const monitor = await startMonitor({ port: 0, host, checks: {}, measure, log: silent });
  onTestFinished(() => monitor.close());
  for (const url of [box.url, monitor.url]) {
    const port = Number(new URL(url).port);
    expect([await reaches('127.0.0.1', port), await reaches(outside ?? '', port)]).toEqual([true, false]);
  }
});
