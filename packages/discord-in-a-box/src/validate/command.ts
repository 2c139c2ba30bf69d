import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { complaint, integer, lengthOf, list, readForm, text } from './form.ts';

const { command } = LIMITS;

/** https://discord.com/developers/docs/reference#locales */
export const LOCALES = [
  ...['id', 'da', 'de', 'en-GB', 'en-US', 'es-ES', 'es-419', 'fr', 'hr', 'it', 'lt', 'hu', 'nl', 'no', 'pl'],
  ...['pt-BR', 'ro', 'fi', 'sv-SE', 'vi', 'tr', 'cs', 'el', 'bg', 'ru', 'uk', 'hi', 'th', 'zh-CN', 'ja'],
  ...['zh-TW', 'ko'],
] as const;

const NAME = /^[-_'\p{L}\p{N}\p{sc=Devanagari}\p{sc=Thai}]{1,32}$/u;
const chatName = z
  .string()
  .refine(
    (value) => NAME.test(value) && value === value.toLowerCase(),
    complaint('APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid'),
  );
const localized = <T extends z.ZodType<string>>(value: T) =>
  z
    .record(z.string(), value)
    .refine(
      (all) => Object.keys(all).every((locale) => LOCALES.some((known) => known === locale)),
      complaint('DICT_TYPE_KEY_INVALID', 'Locale is not supported.'),
    )
    .nullish();

const description = text(1, command.description);
const shared = {
  name: chatName,
  name_localizations: localized(chatName),
  description,
  description_localizations: localized(description),
};
const choices = <T extends z.ZodType<string | number>>(value: T) =>
  list(
    z.object({
      name: text(1, command.choiceText),
      name_localizations: localized(text(1, command.choiceText)),
      value,
    }),
    0,
    command.choices,
  ).optional();

const required = z.boolean().optional();
const autocomplete = z.boolean().optional();
const length = integer(0, command.optionString).optional();
const simple = <const T extends number>(type: T) => z.object({ type: z.literal(type), ...shared, required });
const stringOption = z.object({
  ...simple(3).shape,
  choices: choices(text(1, command.choiceText)),
  autocomplete,
  min_length: length,
  max_length: length,
});
const numeric = <const T extends number>(type: T, value: z.ZodType<number>) =>
  z.object({
    ...simple(type).shape,
    choices: choices(value),
    autocomplete,
    min_value: value.optional(),
    max_value: value.optional(),
  });
const int53 = integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const channelOption = z.object({ ...simple(7).shape, channel_types: z.array(integer(0, 20)).optional() });
const plainOptions = [
  stringOption,
  numeric(4, int53),
  ...([5, 6, 8, 9, 11] as const).map(simple),
  channelOption,
  numeric(10, z.number()),
] as const;

type Option = {
  name: string;
  required?: boolean | undefined;
  choices?: unknown[] | undefined;
  autocomplete?: boolean | undefined;
};
const ordered = <T extends z.ZodType<Option[]>>(options: T) =>
  options.superRefine((all, context) => {
    all.forEach((one, index) => {
      const say = (field: string, code: string, message: string) =>
        context.addIssue({ code: 'custom', path: [index, field], ...complaint(code, message) });
      if (one.required && index > 0 && !all[index - 1]?.required) {
        say(
          'required',
          'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
          'Required options must be placed before non-required options',
        );
      }
      if (all.findIndex(({ name }) => name === one.name) !== index) {
        say('name', 'APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED', 'Option names must be unique');
      }
      if (one.autocomplete && one.choices?.length) {
        say(
          'autocomplete',
          'APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES',
          'An option cannot have both choices and autocomplete',
        );
      }
    });
  });

const plainOption = z.discriminatedUnion('type', plainOptions);
const subcommand = z.object({
  type: z.literal(1),
  ...shared,
  options: ordered(list(plainOption, 0, command.options)).optional(),
});
const group = z.object({
  type: z.literal(2),
  ...shared,
  options: ordered(list(z.discriminatedUnion('type', [subcommand]), 1, command.options)),
});
const options = ordered(
  list(z.discriminatedUnion('type', [...plainOptions, subcommand, group]), 0, command.options),
).superRefine((all, context) => {
  const nested = all.filter(({ type }) => type <= 2).length;
  if (nested === 0 || nested === all.length) return;
  const issue = complaint(
    'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
    'Sub-command and sub-command group option types are mutually exclusive to all other types',
  );
  context.addIssue({ code: 'custom', ...issue });
});

const settings = {
  default_member_permissions: z.union([z.string().regex(/^\d+$/), z.number().transform(String)]).nullish(),
  dm_permission: z.boolean().nullish(),
  nsfw: z.boolean().nullish(),
  contexts: z.array(z.literal([0, 1, 2])).nullish(),
  integration_types: z.array(z.literal([0, 1])).nullish(),
};
const chatInput = z.object({ type: z.literal(1), ...shared, options: options.nullish(), ...settings });
const menu = <const T extends number>(type: T) =>
  z.object({
    type: z.literal(type),
    name: text(1, command.name),
    name_localizations: localized(text(1, command.name)),
    description: z.literal('').nullish(),
    ...settings,
  });
const commandSchema = z
  .discriminatedUnion('type', [chatInput, menu(2), menu(3)])
  .refine(
    (one) => textLength(one) <= command.total,
    complaint('APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${command.total})`),
  );

/** The combined length of names, descriptions and choice values, which Discord also limits. */
function textLength(value: unknown, key = ''): number {
  if (typeof value === 'string') return ['name', 'description', 'value'].includes(key) ? lengthOf(value) : 0;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [inner, child]) => sum + textLength(child, inner), 0);
}

/**
 * Reads a command's definition by Discord's rules and adds the defaults that Discord returns.
 * @param at its path in the body: its index, if several are registered at once
 * @throws DiscordError 50035
 */
export function readCommand(body: unknown, at: string[] = []): JsonObject & { name: string; type: number } {
  const typed = typeof body === 'object' && body !== null ? { type: 1, ...dropNull(body) } : body;
  const read = readForm(commandSchema, typed, at);
  const definition = JSON.parse(JSON.stringify(read)) as JsonObject; // zod's output is JSON
  return {
    ...definition,
    name: read.name,
    type: read.type,
    description: read.description ?? '',
    default_member_permissions: read.default_member_permissions ?? null,
    contexts: read.contexts ?? null,
    integration_types: read.integration_types ?? [0],
    nsfw: read.nsfw ?? false,
    dm_permission: read.dm_permission ?? true,
  };
}

const dropNull = (body: object): object =>
  Object.fromEntries(Object.entries(body).filter(([key, value]) => key !== 'type' || value !== null));
