import { randomInt } from 'node:crypto';
import { loadConfig } from '../../config.ts';
import { houseJokesAbout } from '../../corpus/house-themes.ts';
import { drawLoved } from '../../db/loved.ts';
import { drawn } from '../../db/repertoire.ts';
import { footerText } from '../../discord/joke-message.ts';
import { en } from '../../discord/messages/index.ts';
import type { Precision } from '../../engine/engine.ts';
import { mentionsTheme } from '../../generator/mentions-theme.ts';
import { writeJoke } from '../../generator/write-joke.ts';
import { ChispaError, UsageError } from '../../lib/errors.ts';
import { createRandom } from '../../lib/random.ts';
import type { DecoderSettings } from '../../lib/settings.ts';
import { createSafety } from '../../safety/safety.ts';
import { interruptible } from '../interruptible.ts';
import { withDatabase } from '../open/database.ts';
import { openEngine } from '../open/engine.ts';
import { openText } from '../open/text.ts';
import { settingsFrom } from '../options/settings.ts';

type Flags = DecoderSettings & {
  source: 'new' | 'house' | 'best';
  guild?: string;
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
  if (flags.source !== 'best' && flags.guild !== undefined)
    throw new UsageError('--guild is for --source best.');
  const told = await SOURCES[flags.source](theme, seed, flags);
  if (flags.json) {
    const { text, facts } = told;
    process.stdout.write(`${JSON.stringify({ text, theme, seed: told.seed, ...facts })}\n`);
    return;
  }
  if (told.note) process.stderr.write(`${told.note}\n`);
  process.stdout.write(`${told.text}\n\n${told.footer}\n`);
}

type Teller = (theme: string | undefined, seed: number, flags: Flags) => Promise<Told>;

const fromHouse: Teller = async (theme, seed) => {
  const joke = drawn(houseJokesAbout(theme), seed);
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
  if (theme !== undefined && !safety.check(theme, 'safe').allowed)
    throw new ChispaError('unsafe-theme', `Safe mode refuses the theme "${theme}".`);
  const settings = settingsFrom(flags);
  const precision = flags.precision ?? loadConfig().precision;
  const { engine, loaded } = await openEngine({ model: flags.model, precision, slots: 1 });
  try {
    const draft = { kind: 'joke', theme, settings, seed, safeMode: true, deadline: NEVER } as const;
    const written = await interruptible((signal) =>
      writeJoke({ engine, safety }, draft, { loaded }, signal, () => {}),
    );
    if (!written) throw new ChispaError('unsafe-joke', en.failure.unsafe);
    const { text, finish, trimmed } = written.result;
    const { name } = loaded;
    const mentioned = theme === undefined ? undefined : mentionsTheme(text, theme);
    return {
      text,
      seed: written.seed,
      footer: footerText(
        { model: precision === 'q8' ? name : `${name} · ${precision}`, settings, seed: written.seed },
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

const SOURCES: Record<Flags['source'], Teller> = { new: fromModel, house: fromHouse, best: fromBest };

/** Nobody waits as Discord does. It is the last moment that a date can hold. */
const NEVER = new Date(8.64e15);
