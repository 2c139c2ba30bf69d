import { serveParent } from '../lib/child/serve.ts';
import { openSafetensors } from '../models/safetensors.ts';
import { type QuantiseTasks, writeQuantised } from './quantised-file.ts';

/** A process of its own for the seconds that quantising a model takes, so that decoding goes on. */
serveParent<QuantiseTasks>({
  async quantise({ folder, precision, target }) {
    const weights = await openSafetensors(folder.weights.path);
    await writeQuantised({ ...folder, weights }, precision, target);
    return target;
  },
});
