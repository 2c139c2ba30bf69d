import type { GeneratedJoke } from '../db/jokes.ts';
import { BOT_DEFAULTS, type NumericSetting, RANGES } from '../lib/settings.ts';

/** What a joke's row does not say of how it was told. */
export interface Telling {
  /** The name of its voice's folder. */
  voice: string | undefined;
  /** Whether safe mode lets it pass. */
  safe: boolean;
}

/**
 * The command that tells a joke again where its model is at hand (`chispa joke`): what its footer says, and all that a
 * footer has no room for.
 */
export function retellCommand(
  { prompt, seed, settings, model, precision }: GeneratedJoke,
  { voice, safe }: Telling,
): string {
  const changed = (Object.keys(RANGES) as NumericSetting[]).filter(
    (name) => settings[name] !== BOT_DEFAULTS[name],
  );
  const flags = [
    ['seed', seed],
    ['model', model.name],
    ['precision', precision],
    ...(voice === undefined ? [] : [['voice', voice]]),
    ...(settings.decoder === BOT_DEFAULTS.decoder ? [] : [['decoder', settings.decoder]]),
    ...changed.map((name) => [kebab(name), settings[name]]),
  ].map(([name, value]) => `--${name} ${value}`);
  return [
    'npx chispa joke',
    ...flags,
    ...(safe ? [] : ['--no-safe-mode']),
    ...(prompt.kind === 'continue' ? [`--continue=${quoted(prompt.text ?? '')}`] : []),
    ...(prompt.kind === 'joke' && prompt.theme !== null ? ['--', quoted(prompt.theme)] : []),
  ].join(' ');
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As a POSIX shell reads it, whatever the text holds. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
