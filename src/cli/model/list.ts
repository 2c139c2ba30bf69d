import { existsSync } from 'node:fs';
import { type Config, loadConfig } from '../../config.ts';
import { activeModel } from '../../db/models.ts';
import { pgliteFolder } from '../../db/pglite.ts';
import { messageOf } from '../../lib/errors.ts';
import { describeModel } from '../../models/describe.ts';
import * as registry from '../../models/registry.ts';
import { withDatabase } from '../open/database.ts';
import { columns, fileSize, parameterCount } from '../output/text.ts';

/** `chispa model list`: all models. A damaged one is listed with its fault. */
export async function listModels({ json = false }: { json?: boolean }): Promise<void> {
  const config = loadConfig();
  const activeFolder = await findActive(config).catch((error: unknown) => {
    process.stderr.write(`Which model is active is not known: ${messageOf(error)}\n`);
    return undefined;
  });
  const models = await Promise.all(
    (await registry.listModels(config)).map(async (model) => ({
      ...(await describe(model)),
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
      ? [nameOf(model), 'damaged', '', '', '', model.fault]
      : [
          nameOf(model),
          parameterCount(model.parameters),
          model.dtypes.join('+'),
          fileSize(model.bytes),
          String(model.context),
          model.source ?? '',
        ],
  );
  process.stdout.write(`${columns([['NAME', 'PARAMETERS', 'TYPE', 'SIZE', 'CONTEXT', 'FROM'], ...rows])}\n`);
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

async function describe({ name, path }: { name: string; path: string }) {
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
      source: bundled ? 'bundled' : source,
      licence,
    };
  } catch (error) {
    return { name, path, bundled, fault: messageOf(error) };
  }
}
