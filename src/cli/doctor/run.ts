import { type Config, loadConfig } from '../../config.ts';
import { activeModel } from '../../db/models.ts';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { createLog } from '../../lib/log.ts';
import { withoutSecrets } from '../../lib/secrets.ts';
import { resolveModel } from '../../models/registry.ts';
import { withDatabase } from '../open/database.ts';
import { counted } from '../output/text.ts';
import { databaseFindings } from './database.ts';
import { discordFindings } from './discord.ts';
import { error, type Finding, ok } from './finding.ts';
import { diskFinding, fontFinding, nodeFinding, onnxruntimeFinding } from './machine.ts';
import { filesFinding, memoryFinding, serverFinding } from './models.ts';

const SIGNS = { ok: 'ok     ', warning: 'warning', error: 'ERROR  ' } as const;

/**
 * `chispa doctor`: prints what it finds while it looks.
 * @throws ChispaError `unwell` at the end when something does not work
 */
export async function examine({ json = false }: { json?: boolean }): Promise<void> {
  const found = { warning: 0, error: 0, ok: 0 };
  for await (const finding of findings()) {
    found[finding.state] += 1;
    const { what, state, found: text, advice } = finding;
    const lines = [`${SIGNS[state]}  ${what}: ${text}`, ...(advice ? [`         → ${advice}`] : [])];
    process.stdout.write(withoutSecrets(`${json ? JSON.stringify(finding) : lines.join('\n')}\n`));
  }
  if (found.error > 0)
    throw new ChispaError(
      'unwell',
      `${counted(found.error, 'thing')} must be put right before Chispa can work.`,
    );
}

async function* findings(): AsyncGenerator<Finding> {
  yield nodeFinding();
  let config: Config;
  try {
    config = loadConfig();
  } catch (thrown) {
    yield error('configuration', messageOf(thrown), 'correct it in the environment or in .env');
    return;
  }
  yield ok('configuration', 'every variable makes sense');
  yield onnxruntimeFinding(config);
  yield await diskFinding('DATA_DIR', config.dataDir);
  yield await diskFinding('MODELS_DIR', config.modelsDir);
  const database = await databaseFindings(config, createLog('silent'));
  yield* database;
  yield* await modelFindings(
    config,
    database.every(({ state }) => state === 'ok'),
  );
  yield await fontFinding();
  yield* await discordFindings(config);
}

/** The model that answers: the database's, if it can be asked without changing it, or else MODEL. */
async function modelFindings(config: Config, ask: boolean): Promise<Finding[]> {
  if (config.engine) return [await serverFinding(config.engine)];
  try {
    const active = ask ? await withDatabase(activeModel) : undefined;
    const folder = active?.folder ?? (await resolveModel(config.model, config));
    return [await filesFinding(active?.name ?? config.model, folder), await memoryFinding(folder, config)];
  } catch (thrown) {
    return [error('model', messageOf(thrown), 'set MODEL to one of those, or import it')];
  }
}
