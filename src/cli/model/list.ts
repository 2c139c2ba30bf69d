import { loadConfig } from '../../config.ts';
import { messageOf } from '../../lib/errors.ts';
import { describeModel } from '../../models/describe.ts';
import * as registry from '../../models/registry.ts';
import { columns, fileSize, parameterCount } from '../output/text.ts';

/** `chispa model list`: all models. A damaged one is listed with its fault. */
export async function listModels({ json = false }: { json?: boolean }): Promise<void> {
  const models = await Promise.all((await registry.listModels(loadConfig())).map(describe));
  if (json) {
    for (const model of models) process.stdout.write(`${JSON.stringify(model)}\n`);
    return;
  }
  const rows = models.map((model) =>
    'fault' in model
      ? [model.name, 'damaged', '', '', '', model.fault]
      : [
          model.name,
          parameterCount(model.parameters),
          model.dtypes.join('+'),
          fileSize(model.bytes),
          String(model.context),
          model.source ?? '',
        ],
  );
  process.stdout.write(`${columns([['NAME', 'PARAMETERS', 'TYPE', 'SIZE', 'CONTEXT', 'FROM'], ...rows])}\n`);
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
