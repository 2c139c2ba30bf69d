import { setPriority } from 'node:os';
import { openSafetensors } from '../models/safetensors.ts';
import { type QuantiseTask, writeQuantised } from './quantised-file.ts';

/**
 * A process of its own for the seconds that quantising a model takes: started by quantised-file.ts, it does the task it is
 * sent, behind those who answer people, and ends. It never outlives who started it.
 */
setPriority(10);
process.on('disconnect', () => process.exit(1));
process.once('message', async (message) => {
  const { folder, precision, target } = message as QuantiseTask; // sent by quantised-file.ts
  const weights = await openSafetensors(folder.weights.path);
  await writeQuantised({ ...folder, weights }, precision, target);
  process.exit(0);
});
