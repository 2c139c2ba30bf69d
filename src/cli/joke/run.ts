import { randomInt } from 'node:crypto';
import { loadConfig } from '../../config.ts';
import { houseJokesAbout } from '../../corpus/house-themes.ts';
import { newShareOf } from '../../db/guild-settings.ts';
import { drawLoved } from '../../db/loved.ts';
import { drawn } from '../../db/repertoire.ts';
import { THEME_LENGTH } from '../../db/request-shape.ts';
import { footerText } from '../../discord/joke-message.ts';
import { mentionsTheme } from '../../discord/mentions-theme.ts';
import { en } from '../../discord/messages/index.ts';
import type { Precision } from '../../engine/engine.ts';
import { writeJoke } from '../../generator/write-joke.ts';
import { ChispaError, UsageError } from '../../lib/errors.ts';
import { createRandom } from '../../lib/random.ts';
import type { DecoderSettings } from '../../lib/settings.ts';
import { BUNDLED_MODEL, resolveVoice } from '../../models/registry.ts';
import { createSafety } from '../../safety/safety.ts';
import { interruptible } from '../interruptible.ts';
import { withDatabase } from '../open/database.ts';
import { openEngine } from '../open/engine.ts';
import { openText } from '../open/text.ts';
import { settingsFrom } from '../options/settings.ts';

type Source = 'new' | 'house' | 'best';
type Flags = DecoderSettings & {
  source?: Source;
  guild?: string;
  continue?: string;
  voice?: string;
  safeMode: boolean;
  model?: string;
  precision?: Precision;
  seed?: number;
  json?: boolean;
};

/** A joke, with the line below it and what `--json` says besides. */
interface Told {
  text: string;
  seed: number;
  footer: string;
  facts: Record<string, unknown>;
  /** What whoever asked should know. */
  note?: string;
}

/** `chispa joke`: a joke of the model, of the house or of those that servers liked, and below it where it is from. */
export async function tellJoke(argument: string | undefined, flags: Flags): Promise<void> {
  const theme = argument === '-' ? (await openText('-')).trim() || undefined : argument;
  const seed = flags.seed ?? randomInt(0, 2 ** 32);
  refuseContradictions(theme, flags);
  const told = await SOURCES[flags.source ?? mixed(theme, flags)](theme, seed, flags);
  if (flags.json) {
    const { text, facts } = told;
    process.stdout.write(`${JSON.stringify({ text, theme, seed: told.seed, ...facts })}\n`);
    return;
  }
  if (told.note) process.stderr.write(`${told.note}\n`);
  process.stdout.write(`${told.text}\n\n${told.footer}\n`);
}

/** The form of a house joke's id. */
const ID = /^(?:casa|chispa)-\d+$/;

function refuseContradictions(theme: string | undefined, { source, guild, ...flags }: Flags): void {
  if (theme !== undefined && ID.test(theme) && (!byId(theme) || source === 'new'))
    throw new UsageError(
      byId(theme) ? `${theme} is a house joke, not a new one.` : `There is no house joke ${theme}.`,
    );
  if (theme !== undefined && theme.length > THEME_LENGTH)
    throw new UsageError(`That theme is too long: up to ${THEME_LENGTH} characters fit.`);
  if (flags.continue?.trim() === '') throw new UsageError('--continue needs a text.');
  if (source !== 'best' && guild !== undefined) throw new UsageError('--guild is for --source best.');
  if (flags.continue !== undefined && theme !== undefined)
    throw new UsageError('Give a theme or --continue, not both.');
  if (source !== undefined && source !== 'new')
    for (const name of ['continue', 'voice'] as const)
      if (flags[name] !== undefined)
        throw new UsageError(`--${name} is for new jokes, not --source ${source}.`);
}

/** Whether the model or the house tells it, in the bot's proportion. A seed, a voice or a text is of the model's jokes. */
function mixed(theme: string | undefined, flags: Flags): Source {
  if (byId(theme)) return 'house';
  if ([flags.seed, flags.voice, flags.continue].some((given) => given !== undefined)) return 'new';
  const kind = (flags.model ?? loadConfig().model) === BUNDLED_MODEL ? 'bundled' : 'imported';
  const isNew = randomInt(100) < newShareOf({ newShare: null }, kind);
  return isNew || houseJokesAbout(theme).length === 0 ? 'new' : 'house';
}

type Teller = (theme: string | undefined, seed: number, flags: Flags) => Promise<Told>;

/** A house joke by the id that a footer shows. */
const byId = (theme: string | undefined) => houseJokesAbout(undefined).find(({ id }) => id === theme);

const fromHouse: Teller = async (theme, seed) => {
  const joke = byId(theme) ?? drawn(houseJokesAbout(theme), seed);
  if (!joke) throw new ChispaError('no-such-joke', `The house has no joke about "${theme}".`);
  return {
    text: joke.text,
    seed,
    footer: `${joke.id} of the house · seed ${seed}`,
    facts: { id: joke.id, category: joke.category, keywords: joke.keywords },
  };
};

/** A server's own best jokes have no theme in common. */
const fromBest: Teller = async (theme, seed, { guild }) => {
  if (theme !== undefined) throw new UsageError('--source best takes no theme.');
  const random = createRandom(seed);
  const best = await withDatabase((db) => drawLoved(db, guild, () => random.unit()));
  if (!best) throw new ChispaError('no-such-joke', 'No joke has good votes yet.');
  const { joke, tally } = best;
  const begun = joke.prompt.kind === 'continue' ? (joke.prompt.text ?? '') : '';
  const by = joke.origin === 'house' ? { house: joke.houseId } : { model: joke.model.name };
  return {
    text: `${begun}${joke.text}`,
    seed,
    footer: `${en.joke.tally(tally.mean ?? 0, tally.votes)} · ${by.house ? `${by.house} of the house` : by.model}`,
    facts: { id: joke.id, ...by, guild: joke.guildId, mean: tally.mean, votes: tally.votes },
  };
};

const fromModel: Teller = async (theme, seed, flags) => {
  const safety = createSafety();
  const { safeMode } = flags;
  const isFit = (text: string | undefined) =>
    text === undefined || safety.check(text, safeMode ? 'safe' : 'open').allowed;
  const filter = safeMode ? 'Safe mode' : 'The filter of every server';
  if (!isFit(theme)) throw new ChispaError('unsafe-theme', `${filter} refuses the theme "${theme}".`);
  if (!isFit(flags.continue)) throw new ChispaError('unsafe-text', `${filter} refuses the text.`);
  const voice =
    flags.voice === undefined ? undefined : { folder: await resolveVoice(flags.voice, loadConfig()) };
  const settings = settingsFrom(flags);
  const precision = flags.precision ?? loadConfig().precision;
  const { engine, loaded } = await openEngine({ model: flags.model, precision, slots: 1 });
  try {
    const asked =
      flags.continue === undefined
        ? ({ kind: 'joke', theme } as const)
        : ({ kind: 'continue', text: flags.continue } as const);
    const draft = { ...asked, settings, seed, safeMode };
    const written = await interruptible((signal) =>
      writeJoke(
        { engine, safety, clock: Date },
        draft,
        { loaded, ...(voice && { voice }) },
        signal,
        () => {},
      ),
    );
    if (!written) throw new ChispaError('unsafe-joke', en.failure.unsafe);
    const { text, finish, trimmed } = written.result;
    const { name } = loaded;
    const mentioned = theme === undefined ? undefined : mentionsTheme(text, theme);
    return {
      text: `${flags.continue ?? ''}${text}`,
      seed: written.seed,
      footer: footerText(
        { model: name, precision, voiced: voice !== undefined, settings, seed: written.seed },
        en,
      ),
      facts: { model: name, precision, settings, finish, trimmed, mentionsTheme: mentioned },
      ...(theme !== undefined && !loaded.takesTheme && { note: en.joke.themeIgnored(theme) }),
      ...(theme !== undefined &&
        loaded.takesTheme &&
        !mentioned && { note: `The joke does not mention "${theme}". Another seed may.` }),
    };
  } finally {
    await engine.close();
  }
};

const SOURCES: Record<Source, Teller> = { new: fromModel, house: fromHouse, best: fromBest };
