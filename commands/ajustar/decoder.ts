import type { ChatInputCommandInteraction } from 'discord.js';
import { Refusal } from '../../src/bot/refusal.ts';
import type { ModelVersion } from '../../src/db/models.ts';
import type { Messages } from '../../src/discord/messages/index.ts';
import {
  type DecoderSettings,
  decoderSettings,
  type IdleCause,
  idleSettings,
  type NumericSetting,
  RANGES,
} from '../../src/lib/settings.ts';

/** The Discord option of each numeric setting; types and ranges come from the settings schema. */
export const NUMERIC_OPTIONS = {
  epsilon: 'epsilon',
  temperature: 'temperatura',
  topK: 'top_k',
  topP: 'top_p',
  repetitionPenalty: 'penalización',
  maxTokens: 'máximo',
} as const satisfies Record<NumericSetting, string>;

/** A setting's option name in a language. */
const optionName = (setting: NumericSetting, m: Messages): string =>
  m.commands.ajustar.options[NUMERIC_OPTIONS[setting]].name;

export const NUMERIC_SETTINGS = Object.keys(NUMERIC_OPTIONS) as NumericSetting[]; // `Object.keys` loses their type

/** The decoder settings a moderator gave. Throws a `Refusal` if there are none or one is out of range. */
export function readDecoder({ options }: ChatInputCommandInteraction): Partial<DecoderSettings> {
  const named: Record<string, unknown> = { decoder: options.getString('decodificador') ?? undefined };
  for (const key of NUMERIC_SETTINGS) named[key] = options.get(NUMERIC_OPTIONS[key])?.value;
  const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) throw new Refusal((m) => m.settings.nothingToChange);

  for (const key of NUMERIC_SETTINGS) {
    if (decoderSettings.shape[key].optional().safeParse(given[key]).success) continue;
    const { min, max, integer } = RANGES[key];
    throw new Refusal((m) => m.settings.outOfRange(optionName(key, m), min, max, integer));
  }
  const parsed = decoderSettings.partial().safeParse(given);
  if (!parsed.success) throw new Refusal((m) => m.settings.unknownDecoder);
  return parsed.data as Partial<DecoderSettings>; // zod types optional fields as possibly undefined; none is
}

/**
 * Throws a `Refusal` for impossible values: more tokens than the model can see, or two settings given together where
 * one makes the other ineffective.
 */
export function checkDecoder(
  named: Partial<DecoderSettings>,
  after: DecoderSettings,
  model: Pick<ModelVersion, 'name' | 'context'> | undefined,
): void {
  const { name, context } = model ?? { name: '', context: null };
  if (context !== null && (named.maxTokens ?? 0) > context) {
    throw new Refusal((m) => m.settings.overContext(optionName('maxTokens', m), context, name));
  }
  const contradictory = idleNamed(named, after).filter(([, cause]) => named[cause] !== undefined);
  if (contradictory.length > 0) {
    throw new Refusal((m) => `${inWords(contradictory, after, m)} ${m.settings.idle.refused}`);
  }
}

/** Whether any of the given settings has an effect next to the others. */
export const hasEffect = (named: Partial<DecoderSettings>, after: DecoderSettings): boolean =>
  idleNamed(named, after).length < Object.keys(named).length;

/** Which of the given settings have no effect next to the others, and why; empty if all have one. */
export const idleNote = (named: Partial<DecoderSettings>, after: DecoderSettings, m: Messages): string =>
  inWords(idleNamed(named, after), after, m);

const idleNamed = (named: Partial<DecoderSettings>, after: DecoderSettings) =>
  [...idleSettings(after)].filter(([setting]) => named[setting] !== undefined);

/** One sentence per cause. */
function inWords(idle: [NumericSetting, IdleCause][], { decoder }: DecoderSettings, m: Messages): string {
  const causes = [...new Set(idle.map(([, cause]) => cause))];
  const sentences = causes.map((cause) => {
    const names = idle.filter((one) => one[1] === cause).map(([setting]) => optionName(setting, m));
    return m.settings.idle[cause](names, m.decoders[decoder]);
  });
  return sentences.join(' ');
}
