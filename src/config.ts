import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readAddress } from './db/address.ts';
import { readEnvFile } from './lib/env-file.ts';
import { ChispaError } from './lib/errors.ts';
import { LOG_LEVELS } from './lib/log.ts';
import { keepSecret, withoutSecrets } from './lib/secrets.ts';
import { GATE_DEFAULTS, type GateThresholds, gateThresholds } from './trainer/policy/gate.ts';

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

const userIds = z
  .string()
  .regex(/^\d{5,20}(\s*,\s*\d{5,20})*$/)
  .transform((ids) => ids.split(/\s*,\s*/));

const decimal = (schema: z.ZodType<number, number>) =>
  z
    .string()
    .regex(/^\d*\.?\d+$/)
    .transform(Number)
    .pipe(schema);
const share = decimal(z.number().min(0).max(1));

/** One environment variable: its schema, what it accepts in words (for errors and `.env.example`), and an example. */
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
  DISCORD_API: variable(
    z.url({ protocol: /^https?$/ }),
    'the REST address of Discord or of a box',
    'http://127.0.0.1:8787/api',
  ),
  DATABASE_URL: variable(
    z.string(), // src/db/address.ts reports what is wrong with an address
    'a PostgreSQL address',
    'postgres://USER:PASSWORD@localhost:5432/chispa',
  ),
  DATA_DIR: variable(path, 'a folder for the embedded database', './data'),
  VOTER_SECRET: variable(
    z.string().min(16),
    'at least 16 characters that never change',
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
  ENGINE: variable(
    z
      .url({ protocol: /^https?$/ })
      .refine((url) => !/[?#@]/.test(url)) // a key has a variable of its own
      .transform((url) => url.replace(/\/+$/, '')),
    'the address of an OpenAI-compatible server, up to and with /v1 and without a key in it',
    'http://127.0.0.1:8000/v1',
  ),
  ENGINE_API_KEY: variable(z.string().regex(/^[\x21-\x7e]+$/), 'a key without spaces', 'sk-abc...'),
  ENGINE_PATIENCE: variable(
    wholeNumber(1, 600),
    "how many seconds a model's server may say nothing, 1 to 600",
    '15',
  ),
  BOX_PORT: variable(wholeNumber(0, 65535), 'a port from 0 to 65535 (0 picks a free one)', '8787'),
  METRICS_PORT: variable(wholeNumber(0, 65535), 'a port from 0 to 65535 (0 picks a free one)', '9464'),
  METRICS_HOST: variable(
    z.union([z.ipv4(), z.ipv6()]),
    'the IP address of an interface of this machine',
    '127.0.0.1',
  ),
  LOG_LEVEL: variable(z.enum(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`, 'info'),
  EXECUTION_PROVIDER: variable(
    z.enum(['auto', 'cpu', 'webgpu', 'cuda']),
    'one of auto, cpu, webgpu, cuda',
    'auto',
  ),
  PRECISION: variable(z.enum(['fp32', 'fp16', 'q8', 'q4']), 'one of fp32, fp16, q8, q4', 'q8'),
  THREADS: variable(wholeNumber(1, 256), 'a whole number from 1 to 256', '1'),
  MODELS_LOADED: variable(wholeNumber(1, 16), 'how many model versions may stay in memory, 1 to 16', '2'),
  SLOTS: variable(wholeNumber(1, 256), 'how many jokes are generated together, 1 to 256', '8'),
  SHUTDOWN_SECONDS: variable(
    wholeNumber(0, 600),
    'how many seconds jokes have to finish when the program stops, 0 to 600',
    '10',
  ),
  BEST_OF: variable(
    wholeNumber(1, 8),
    'how many jokes are written at most for one that is told, 1 (no choice) to 8',
    '8',
  ),
  OWNER_IDS: variable(userIds, 'Discord user ids separated by commas', '80351110224678912,80351110224678913'),
  BLOCKED_USERS: variable(userIds, 'Discord user ids separated by commas', '80351110224678914'),
  SHARDS: variable(
    z
      .string()
      .regex(/^\d+(-\d+)?\/\d+$/)
      .transform((text) => {
        const [range = '', of] = text.split('/');
        const [first, last = first] = range.split('-');
        return { first: Number(first), last: Number(last), of: Number(of) };
      })
      .refine(({ first, last, of }) => first <= last && last < of),
    "this process's shards, counted from 0, and how many there are",
    '0-3/16',
  ),
  TZ: variable(z.string().refine(isTimeZone), 'an IANA time zone', 'Europe/Madrid'),
  LEARN_SCHEDULE: variable(
    z.string().regex(/^(off|\S+( +\S+){4})$/),
    'a cron expression of five fields (minute, hour, day, month, day of the week) or off',
    '0 4 * * 1',
  ),
  LEARN_AFTER_VOTES: variable(
    wholeNumber(0, 1e9),
    'how many new votes start a training run (0: never)',
    '300',
  ),
  GUILD_VOICE_VOTES: variable(
    wholeNumber(0, 1e9),
    'how many new votes in a server start training its own voice (0: never)',
    '500',
  ),
  LEARN_MINUTES: variable(decimal(z.number().positive()), 'how many minutes a training run may take', '120'),
  MODELS_KEEP: variable(wholeNumber(1, 1000), 'how many trained versions keep their weights', '5'),
  AB_SHARE: variable(share, 'the share of jokes that a version on trial tells, 0 to 1', '0.5'),
  GATE_SAMPLES: variable(wholeNumber(10, 10_000), 'how many jokes each model generates, 10 to 10000', '300'),
  GATE_SIGNIFICANCE: variable(decimal(gateThresholds.shape.significance), 'a probability', '0.05'),
  GATE_HELD_OUT: variable(
    wholeNumber(2, 1e6),
    'the minimum number of held-out rated jokes for comparing models',
    '30',
  ),
  GATE_DIVERSITY: variable(share, 'a share of the distinct-2 that the line began with, 0 to 1', '0.9'),
  GATE_RECITED: variable(
    share,
    "how far the share of jokes that recite may rise above the line's first model's, 0 to 1",
    '0.1',
  ),
  GATE_UNSAFE: variable(share, 'the largest increase in the share that safe mode refuses, 0 to 1', '0.02'),
} as const;
type VariableName = keyof typeof VARIABLES;
/** Never shown, not even when invalid. */
const SECRETS: ReadonlySet<VariableName> = new Set([
  'DISCORD_TOKEN',
  'DATABASE_URL',
  'VOTER_SECRET',
  'HF_TOKEN',
  'ENGINE_API_KEY',
]);

export interface Config {
  /** Without one, Chispa opens the box instead of connecting to Discord. */
  discordToken: string | undefined;
  /** REST address other than Discord's own, such as the box of another process that a generator works with. */
  discordApi: string | undefined;
  /** Without one, the database is PGlite in `dataDir`. */
  databaseUrl: string | undefined;
  dataDir: string;
  voterSecret: string | undefined;
  modelsDir: string;
  /** For models on the hub that are private or gated. */
  huggingFaceToken: string | undefined;
  huggingFaceEndpoint: string;
  /** The model a new database starts with. */
  model: string;
  /**
   * The server that generators tell jokes with instead of this machine; its model is its only one unless it is named.
   * `patience`: milliseconds that it may say nothing.
   */
  engine: { url: string; key: string | undefined; model: string | undefined; patience: number } | undefined;
  boxPort: number;
  /** Where health and metrics are served; without a port, nowhere. */
  metricsPort: number | undefined;
  metricsHost: string;
  logLevel: (typeof LOG_LEVELS)[number];
  provider: 'auto' | 'cpu' | 'webgpu' | 'cuda';
  precision: 'fp32' | 'fp16' | 'q8' | 'q4';
  threads: number;
  /** How many model versions stay in memory at once. */
  modelsLoaded: number;
  slots: number;
  /** How many seconds the jokes under way have to finish when the program stops. */
  shutdownSeconds: number;
  /** How many jokes are written at most, in slots that are free, for the judge to choose from; 1: no choice. */
  bestOf: number;
  /** Discord ids of the hosts; if empty, the application's owner or team. */
  ownerIds: string[];
  /** Discord ids of people who may not use Chispa anywhere. */
  blockedUsers: readonly string[];
  /** The shards that this process has; without them, all that Discord recommends. */
  shards: { first: number; last: number; of: number } | undefined;
  /** When training starts automatically, as a cron expression; undefined means never. */
  learnSchedule: string | undefined;
  /** How many new votes start training; 0 means never. */
  learnAfterVotes: number;
  /** How many new votes in a guild that wants its own voice start training it; 0 means never. */
  guildVoiceVotes: number;
  learnMinutes: number;
  /** How many trained versions keep their weights. */
  modelsKeep: number;
  /** Share of jokes that a new version tells before it is promoted; 0 promotes it at once. */
  abShare: number;
  /** How many jokes each of the two models generates for the gate. */
  gateSamples: number;
  gate: GateThresholds;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the configuration from the environment, falling back to the `.env` file in the working folder. An empty value
 * counts as unset. Throws a `ChispaError` that names the first invalid variable, what it accepts, and an example.
 */
export function loadConfig(environment: Environment = process.env, envFile = '.env'): Config {
  const env = { ...withoutEmpty(readEnvFile(envFile)), ...withoutEmpty(environment) };
  const read = <N extends VariableName>(name: N): z.output<(typeof VARIABLES)[N]['schema']> | undefined => {
    const text = env[name]?.trim();
    if (!text) return undefined;
    if (SECRETS.has(name)) keepSecret(text);
    const { schema, takes, example } = VARIABLES[name];
    const parsed = schema.safeParse(text);
    // TypeScript does not see that the schema and the name come from the same entry of VARIABLES.
    if (parsed.success) return parsed.data as z.output<(typeof VARIABLES)[N]['schema']>;
    const shown = SECRETS.has(name) || text.includes('@') ? 'it' : `"${withoutSecrets(text)}"`;
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
    engine: engineOf(read('ENGINE'), read('ENGINE_API_KEY'), read('MODEL'), read('ENGINE_PATIENCE')),
    boxPort: read('BOX_PORT') ?? 8787,
    metricsPort: read('METRICS_PORT'),
    metricsHost: read('METRICS_HOST') ?? '127.0.0.1',
    logLevel: read('LOG_LEVEL') ?? 'info',
    provider: read('EXECUTION_PROVIDER') ?? 'auto',
    precision: read('PRECISION') ?? 'q8',
    threads: read('THREADS') ?? Math.max(1, availableParallelism() - 1),
    modelsLoaded: read('MODELS_LOADED') ?? 2,
    slots: read('SLOTS') ?? 8,
    shutdownSeconds: read('SHUTDOWN_SECONDS') ?? 10,
    bestOf: read('BEST_OF') ?? 8,
    ownerIds: read('OWNER_IDS') ?? [],
    blockedUsers: read('BLOCKED_USERS') ?? [],
    shards: read('SHARDS'),
    learnSchedule: scheduleOf(read('LEARN_SCHEDULE')),
    learnAfterVotes: read('LEARN_AFTER_VOTES') ?? 300,
    guildVoiceVotes: read('GUILD_VOICE_VOTES') ?? 500,
    learnMinutes: read('LEARN_MINUTES') ?? 120,
    modelsKeep: read('MODELS_KEEP') ?? 5,
    abShare: read('AB_SHARE') ?? 0.5,
    gateSamples: read('GATE_SAMPLES') ?? 300,
    gate: {
      ...GATE_DEFAULTS,
      significance: read('GATE_SIGNIFICANCE') ?? GATE_DEFAULTS.significance,
      heldOut: read('GATE_HELD_OUT') ?? GATE_DEFAULTS.heldOut,
      diversity: read('GATE_DIVERSITY') ?? GATE_DEFAULTS.diversity,
      recited: read('GATE_RECITED') ?? GATE_DEFAULTS.recited,
      unsafe: read('GATE_UNSAFE') ?? GATE_DEFAULTS.unsafe,
    },
  };
  const password = config.databaseUrl && readAddress(config.databaseUrl).client.password;
  if (typeof password === 'string') keepSecret(password);
  const timeZone = read('TZ');
  if (environment === process.env) handOn(timeZone);
  if (config.databaseUrl && !config.voterSecret) {
    const { takes, example } = VARIABLES.VOTER_SECRET;
    throw new ChispaError(
      'config',
      `VOTER_SECRET is missing: with DATABASE_URL set every process must hash voters alike. It takes ${takes}, for example the output of: ${example}`,
    );
  }
  return config;
}

/** Mondays at four in the morning, when few people are around. */
const scheduleOf = (schedule = '0 4 * * 1'): string | undefined =>
  schedule === 'off' ? undefined : schedule;

const engineOf = (
  url: string | undefined,
  key: string | undefined,
  model: string | undefined,
  seconds = 15,
): Config['engine'] => (url === undefined ? undefined : { url, key, model, patience: seconds * 1000 });

/** Variables that Node and libraries read directly; an empty value counts as unset here too. */
const READ_BY_OTHERS = /^(TZ|PG[A-Z]+|HTTPS?_PROXY|NO_PROXY)$/i;

/** Applies `.env` to this process's environment, with empty values counting as unset. */
function handOn(timeZone: string | undefined): void {
  for (const [name, value] of Object.entries(process.env))
    if (READ_BY_OTHERS.test(name) && !value?.trim()) delete process.env[name];
  if (timeZone) process.env.TZ = timeZone;
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false; // Intl knows no time zone by that name
  }
}

const withoutEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
