import type { ChatInputCommandInteraction } from 'discord.js';
import { type DecoderSettings, decoderSettings, type NumericSetting, RANGES } from '../../lib/settings.ts';
import { Refusal } from '../refusal.ts';

/** The Discord option of each numeric setting; types and ranges come from the settings schema. */
export const NUMERIC_OPTIONS = {
  epsilon: 'epsilon',
  temperature: 'temperature',
  topK: 'top_k',
  topP: 'top_p',
  repetitionPenalty: 'repetition_penalty',
  maxTokens: 'max_tokens',
} as const satisfies Record<NumericSetting, string>;

export const NUMERIC_SETTINGS = Object.keys(NUMERIC_OPTIONS) as NumericSetting[]; // the keys of the constant above

/** The decoder settings a moderator named. Throws a `Refusal` for none, and for one out of its range. */
export function readDecoder({ options }: ChatInputCommandInteraction): Partial<DecoderSettings> {
  const named: Record<string, unknown> = { decoder: options.getString('decodificador') ?? undefined };
  for (const key of NUMERIC_SETTINGS) named[key] = options.get(NUMERIC_OPTIONS[key])?.value;
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) throw new Refusal((m) => m.settings.nothingToChange);

  for (const key of NUMERIC_SETTINGS) {
    if (decoderSettings.shape[key].optional().safeParse(given[key]).success) continue;
    const { min, max, integer } = RANGES[key];
    throw new Refusal((m) => m.settings.outOfRange(NUMERIC_OPTIONS[key], min, max, integer));
  }
  const parsed = decoderSettings.partial().safeParse(given);
  if (!parsed.success) throw new Refusal((m) => m.settings.unknownDecoder);
  return parsed.data as Partial<DecoderSettings>; // zod adds `undefined` to what it made optional; none is there
}
