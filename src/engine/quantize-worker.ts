import { serveParent } from '../lib/child/serve.ts';
import { openSafetensors } from '../models/safetensors.ts';
import { type QuantizeTasks, writeQuantized } from './quantized-file.ts';

/** A separate process for the seconds that quantizing a model takes, so that decoding continues. */
serveParent<QuantizeTasks>({
  async quantize({ folder, precision, target }) {
    const weights = await openSafetensors(folder.weights.path);
    await writeQuantized({ ...folder, weights }, precision, target);
    return target;
  },
});
