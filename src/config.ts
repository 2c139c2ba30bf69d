import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ChispaError } from './lib/errors.ts';
import { LOG_LEVELS } from './lib/log.ts';

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((n) => n >= min && n <= max);

const path = z
  .string()
  .min(1)
  .transform((p) => resolve(p));

/** One environment variable: its schema, what it takes in words (for errors and `.env.example`) and a good value. */
interface Variable<T> {
  schema: z.ZodType<T, string>;
  takes: string;
  example: string;
}
const variable = <T>(schema: z.ZodType<T, string>, takes: string, example: string): Variable<T> => ({
  schema,
  takes,
  example,
});

const VARIABLES = {
  DISCORD_TOKEN: variable(
    z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    'the bot token of the Discord developer portal: three parts joined by dots',
    'MTk4NjIy...Cl2FMQ.Zsd2Mw...',
  ),
  DISCORD_API: variable(z.url(), 'the REST address of Discord or of a box', 'http://127.0.0.1:8787/api'),
  DATABASE_URL: variable(
    z.string().regex(/^postgres(ql)?:\/\/\S+$/),
    'a PostgreSQL address',
    'postgres://chispa:secret@localhost:5432/chispa',
  ),
  DATA_DIR: variable(path, 'a folder for the embedded database', './data'),
  VOTER_SECRET: variable(
    z.string().min(16),
    'at least 16 characters that stay the same for ever',
    'openssl rand -hex 32',
  ),
  MODELS_DIR: variable(path, 'the folder where models live', './models'),
  HF_TOKEN: variable(z.string().regex(/^hf_\w+$/), 'a Hugging Face access token', 'hf_abc...'),
  HF_ENDPOINT: variable(
    z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
    'the address of a Hugging Face hub',
    'https://huggingface.co',
  ),
  MODEL: variable(z.string().min(1), 'a model name in MODELS_DIR or a folder', 'mini-es'),
  BOX_PORT: variable(wholeNumber(0, 65535), 'a port from 0 to 65535 (0 picks a free one)', '8787'),
  LOG_LEVEL: variable(z.enum(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`, 'info'),
  EXECUTION_PROVIDER: variable(z.enum(['cpu', 'webgpu', 'cuda']), 'one of cpu, webgpu, cuda', 'cpu'),
  PRECISION: variable(z.enum(['fp32', 'q8', 'q4']), 'one of fp32, q8, q4', 'q8'),
  THREADS: variable(wholeNumber(1, 256), 'a whole number from 1 to 256', '1'),
  MODELS_LOADED: variable(wholeNumber(1, 16), 'how many model versions may stay in memory, 1 to 16', '2'),
  SLOTS: variable(wholeNumber(1, 256), 'how many jokes are generated together, 1 to 256', '8'),
} as const;
type VariableName = keyof typeof VARIABLES;
/** Never shown, not even when they are wrong. */
const SECRETS: ReadonlySet<VariableName> = new Set(['DISCORD_TOKEN', 'VOTER_SECRET', 'HF_TOKEN']);

export interface Config {
  /** Without one, Chispa opens the box instead of connecting to Discord. */
  discordToken: string | undefined;
  /** Where Discord's REST API is, when it is not Discord's own: a generator beside another process's box. */
  discordApi: string | undefined;
  /** Without one, the database is a PGlite in `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  voterSecret: string | undefined;
  modelsDir: string;
  /** For models on the hub that are private or ask for consent. */
  huggingFaceToken: string | undefined;
  huggingFaceEndpoint: string;
  /** The model a new database starts with. */
  model: string;
  boxPort: number;
  logLevel: (typeof LOG_LEVELS)[number];
  provider: 'cpu' | 'webgpu' | 'cuda';
  precision: 'fp32' | 'q8' | 'q4';
  threads: number;
  /** Model versions that stay in memory side by side. */
  modelsLoaded: number;
  slots: number;
}

type Environment = Record<string, string | undefined>;

/**
 * The configuration from the environment and, below it, the `.env` file of the working folder. An empty value
 * counts as unset. Throws a `ChispaError` that names the first wrong variable, what it takes and a good value.
 */
export function loadConfig(environment: Environment = process.env, envFile = '.env'): Config {
  const env = { ...readEnvFile(envFile), ...withoutEmpty(environment) };
  const read = <N extends VariableName>(name: N): z.output<(typeof VARIABLES)[N]['schema']> | undefined => {
    const text = env[name]?.trim();
    if (!text) return undefined;
    const { schema, takes, example } = VARIABLES[name];
    const parsed = schema.safeParse(text);
    // The schema is the one VARIABLES holds under this very name; TypeScript does not follow the index.
    if (parsed.success) return parsed.data as z.output<(typeof VARIABLES)[N]['schema']>;
    const shown = SECRETS.has(name) ? 'it' : `"${text}"`;
    throw new ChispaError(
      'config',
      `${name} is wrong: ${shown} is not ${takes}. A good value: ${name}=${example}`,
    );
  };

  const config: Config = {
    discordToken: read('DISCORD_TOKEN'),
    discordApi: read('DISCORD_API'),
    databaseUrl: read('DATABASE_URL'),
    dataDir: read('DATA_DIR') ?? resolve('data'),
    voterSecret: read('VOTER_SECRET'),
    modelsDir: read('MODELS_DIR') ?? resolve('models'),
    huggingFaceToken: read('HF_TOKEN'),
    huggingFaceEndpoint: read('HF_ENDPOINT') ?? 'https://huggingface.co',
    model: read('MODEL') ?? 'mini-es',
    boxPort: read('BOX_PORT') ?? 8787,
    logLevel: read('LOG_LEVEL') ?? 'info',
    provider: read('EXECUTION_PROVIDER') ?? 'cpu',
    precision: read('PRECISION') ?? 'q8',
    threads: read('THREADS') ?? Math.max(1, availableParallelism() - 1),
    modelsLoaded: read('MODELS_LOADED') ?? 2,
    slots: read('SLOTS') ?? 8,
  };
  if (config.databaseUrl && !config.voterSecret) {
    const { takes, example } = VARIABLES.VOTER_SECRET;
    throw new ChispaError(
      'config',
      `VOTER_SECRET is missing: with DATABASE_URL set every process must hash voters alike. It takes ${takes}, for example the output of: ${example}`,
    );
  }
  return config;
}

function readEnvFile(file: string): Environment {
  try {
    return withoutEmpty(parseEnv(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new ChispaError('config', `${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

const withoutEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
