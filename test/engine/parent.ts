import { pino } from 'pino';
import { startEngine } from '../../src/engine/client.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { bundledModelPath as model } from '../../src/models/registry.ts';

export interface ParentMessage {
  /** The engine's process id. */
  engine: number | undefined;
  /** The shared libraries loaded by this process itself. */
  libraries: string[];
}

// Starts an engine, lets it generate, reports to the parent process, and waits to be killed.
const engine = await startEngine({
  provider: 'cpu',
  threads: 1,
  slots: 1,
  precision: 'fp32',
  log: pino({ level: 'silent' }),
});
await engine.load(model);
await engine.generate({
  model,
  prompt: { kind: 'joke' },
  seed: 1,
  settings: { ...NEUTRAL_DEFAULTS, maxTokens: 8 },
});
const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
const message: ParentMessage = { engine: engine.pid(model), libraries: sharedObjects };
process.send?.(message);
