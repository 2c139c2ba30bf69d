import { serveParent } from '../lib/child/serve.ts';
import { openSafetensors } from '../models/safetensors.ts';
import { type QuantizeTasks, writeQuantized } from './quantized-file.ts';

/** A process of its own for the seconds that quantizing a model takes, so that decoding goes on. */
serveParent<QuantizeTasks>({
  async quantize({ folder, precision, target }) {
    const weights = await openSafetensors(folder.weights.path);
    await writeQuantized({ ...folder, weights }, precision, target);
    return target;
  },
});
