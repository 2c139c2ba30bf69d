import type { Config } from '../../config.ts';
import { startRemoteEngine } from '../../engine/remote/engine.ts';
import { messageOf } from '../../lib/errors.ts';
import { describeModel } from '../../models/describe.ts';
import { verifyModel } from '../../models/verify.ts';
import { fitsOf } from '../model/fit.ts';
import { fileSize } from '../output/text.ts';
import { error, type Finding, ok, warning } from './finding.ts';

/** Whether a model's files are those that were imported or trained. */
export async function filesFinding(name: string, folder: string): Promise<Finding> {
  const what = `model ${name}`;
  const { ok: whole, files, faults } = await verifyModel(folder);
  if (whole) return ok(what, 'its files match their hashes');
  const wrong = files.filter(({ state }) => state !== 'ok').map((file) => `${file.name} is ${file.state}`);
  return error(
    what,
    (wrong.length > 0 ? wrong : faults).join('; ').replace(/\.$/, ''),
    'import it again, or choose another with: npx chispa model use',
  );
}

/** Whether the server of ENGINE answers and has the model. */
export async function serverFinding(server: NonNullable<Config['engine']>): Promise<Finding> {
  const what = `engine ${server.url}`;
  try {
    const engine = await startRemoteEngine({ ...server, retryDelay: 100, log: { info() {}, warn() {} } });
    const { name } = await engine.load(engine.model);
    await engine.close();
    return ok(what, `it has ${name}`);
  } catch (thrown) {
    return error(what, messageOf(thrown), 'correct ENGINE, ENGINE_API_KEY or MODEL, or start that server');
  }
}

/** Whether the model fits in memory, as often as it may be loaded. `available` in bytes. */
export async function memoryFinding(
  folder: string,
  { precision, modelsLoaded }: Pick<Config, 'precision' | 'modelsLoaded'>,
  available = process.availableMemory(),
): Promise<Finding> {
  try {
    const { config } = await describeModel(folder);
    const everything = { memory: Number.POSITIVE_INFINITY, bandwidth: 1 };
    // Without a GPU that has half precision, weights are single ones.
    const held = precision === 'fp16' ? 'fp32' : precision;
    const one = fitsOf(config, everything).find((fit) => fit.precision === held)?.memory ?? 0;
    const found = `${fileSize(available)} free; a model takes about ${fileSize(one)} at ${precision}, and up to ${modelsLoaded} are loaded`;
    if (one > available) return error('memory', found, 'choose a smaller model, or PRECISION=q4');
    if (one * modelsLoaded > available)
      return warning('memory', found, 'set MODELS_LOADED=1: switching to another version then takes longer');
    return ok('memory', found);
  } catch (thrown) {
    return error('memory', messageOf(thrown), 'import the model again');
  }
}
