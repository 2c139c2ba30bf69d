import { existsSync } from 'node:fs';
import { type Config, loadConfig } from '../../config.ts';
import { activeModel } from '../../db/models.ts';
import { pgliteFolder } from '../../db/pglite.ts';
import type { Precision } from '../../engine/engine.ts';
import { messageOf } from '../../lib/errors.ts';
import { describeModel } from '../../models/describe.ts';
import * as registry from '../../models/registry.ts';
import { withDatabase } from '../open/database.ts';
import { columns, fileSize, parameterCount } from '../output/text.ts';
import { type Fit, fitsOf, type Machine, thisMachine } from './fit.ts';

/** `chispa model list`: all models. A damaged one is listed with its fault. */
export async function listModels({ json = false }: { json?: boolean }): Promise<void> {
  const config = loadConfig();
  const activeFolder = await findActive(config).catch((error: unknown) => {
    process.stderr.write(`Which model is active is not known: ${messageOf(error)}\n`);
    return undefined;
  });
  const machine = thisMachine();
  const models = await Promise.all(
    (await registry.listModels(config)).map(async (model) => ({
      ...(await describe(model, machine)),
      ...(activeFolder !== undefined && { active: model.path === activeFolder }),
    })),
  );
  if (json) {
    for (const model of models) process.stdout.write(`${JSON.stringify(model)}\n`);
    return;
  }
  const nameOf = ({ name, active }: { name: string; active?: boolean }) =>
    active ? `${name} (active)` : name;
  const rows = models.map((model) =>
    'fault' in model
      ? [nameOf(model), 'damaged', '', '', '', '', '', model.fault]
      : [
          nameOf(model),
          parameterCount(model.parameters),
          model.dtypes.join('+'),
          fileSize(model.bytes),
          String(model.context),
          model.fits.map(({ precision }) => precision).join(' ') || 'no',
          speedOf(model.fits, config.precision),
          model.source ?? '',
        ],
  );
  const heading = ['NAME', 'PARAMETERS', 'TYPE', 'SIZE', 'CONTEXT', 'FITS AT', 'TOKENS/S', 'FROM'];
  process.stdout.write(`${columns([heading, ...rows])}\n`);
  process.stderr.write(
    `\nFITS AT: the precisions for which this machine's ${fileSize(machine.memory)} of memory suffice. TOKENS/S: an estimate for one joke at a time; a joke has about 40.\n`,
  );
}

/** The speed at the bot's precision, or else at the most exact one that fits. */
function speedOf(fits: readonly Fit[], precision: Precision): string {
  const fit = fits.find((one) => one.precision === precision) ?? fits[0];
  return fit ? `≈ ${fit.tokensPerSecond} ${fit.precision}` : '';
}

/** The folder of the model that the bot uses: the database knows, and where there is none, the first will be MODEL. */
async function findActive(config: Config): Promise<string> {
  const { databaseUrl, dataDir } = config;
  if (databaseUrl || existsSync(pgliteFolder(dataDir))) {
    const active = await withDatabase(activeModel);
    if (active) return active.folder;
  }
  return registry.resolveModel(config.model, config);
}

async function describe({ name, path }: { name: string; path: string }, machine: Machine) {
  const bundled = path === registry.bundledModelPath;
  try {
    const { config, parameters, dtypes, bytes, manifest } = await describeModel(path);
    const { source, licence } = manifest ?? {};
    return {
      name,
      path,
      bundled,
      parameters,
      dtypes,
      bytes,
      context: config.positions,
      fits: fitsOf(config, machine),
      source: bundled ? 'bundled' : source,
      licence,
    };
  } catch (error) {
    return { name, path, bundled, fault: messageOf(error) };
  }
}
