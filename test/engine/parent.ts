import { pino } from 'pino';
import { startEngine } from '../../src/engine/client.ts';

// A program that starts an engine, tells its parent the engine's process id and waits to be killed.
const engine = await startEngine({
  provider: 'cpu',
  threads: 1,
  slots: 1,
  precision: 'fp32',
  log: pino({ level: 'silent' }),
});
process.send?.(engine.pid());
