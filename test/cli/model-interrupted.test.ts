import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { groupIsAlive, signalGroup, spawnChispa } from '../e2e/program.ts';
import { temporaryFolder } from '../models/tiny-model.ts';

vi.setConfig({ testTimeout: 120_000 }); // slow on a busy machine; nothing here waits for time

it.each(['SIGTERM', 'SIGINT'] as const)(
  'obeys %s while a hub keeps it waiting, and leaves no model',
  async (signal) => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo; // it listens on a port, not on a path
    const modelsDir = await temporaryFolder();
    const asked = once(silent, 'request');
    const program = spawnChispa(['model', 'import', 'owner/model'], {
      MODELS_DIR: modelsDir,
      HF_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    onTestFinished(() => {
      if (groupIsAlive(program)) signalGroup(program, 'SIGKILL');
    });
    await asked;
    program.child.kill(signal);
    expect(await program.ended).toBe(130);
    expect(program.output()).toMatch(/^chispa: Interrupted\. Run the same command again/m);
    expect(groupIsAlive(program)).toBe(false);
    expect((await readdir(modelsDir)).filter((name) => name !== '.downloads')).toEqual([]);
  },
);
