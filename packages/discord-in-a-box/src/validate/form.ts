import { z } from 'zod';
import { discordError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import { isSnowflake } from '../snowflake.ts';

/** Discord counts characters, not UTF-16 units. */
export const lengthOf = (text: string): number => [...text].length;

/** A validation error in Discord's words, with the same `code` as in Discord's responses. */
export const complaint = (code: string, message: string) => ({ message, params: { code } });

const maxLength = (max: number) => complaint('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
const badLength = (min: number, max: number) =>
  complaint('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);

/** A string of `min` to `max` characters. */
export const text = (min: number, max: number) =>
  z
    .string()
    .refine(
      (value) => lengthOf(value) >= min && lengthOf(value) <= max,
      min > 0 ? badLength(min, max) : maxLength(max),
    );

/** A list of `min` to `max` items. */
export const list = <T extends z.ZodType>(item: T, min: number, max: number) =>
  z
    .array(item)
    .refine(({ length }) => length >= min && length <= max, min > 0 ? badLength(min, max) : maxLength(max));

/** A whole number from `min` to `max`. */
export const integer = (min: number, max: number) =>
  z
    .number()
    .refine(Number.isInteger, complaint('NUMBER_TYPE_COERCE', 'Value is not int.'))
    .refine(
      (n) => n >= min,
      complaint('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`),
    )
    .refine(
      (n) => n <= max,
      complaint('NUMBER_TYPE_MAX', `int value should be less than or equal to ${max}.`),
    );

export const snowflake = z
  .string()
  .refine(isSnowflake, complaint('NUMBER_TYPE_COERCE', 'Value is not snowflake.'));

/** A URL with one of the schemes; `attachment://` refers to a file in the same request. */
export const url = (max: number, schemes: readonly string[] = ['http', 'https', 'attachment']) =>
  text(1, max).superRefine((value, context) => {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
    if (scheme === undefined || !URL.canParse(value)) {
      context.addIssue({ code: 'custom', ...complaint('URL_TYPE_INVALID_URL', 'Not a well formed URL.') });
    } else if (!schemes.includes(scheme)) {
      const wanted = schemes.map((one) => `'${one}'`).join(', ');
      context.addIssue({
        code: 'custom',
        ...complaint(
          'URL_TYPE_INVALID_SCHEME',
          `Scheme "${scheme}" is not supported. Must be one of (${wanted}).`,
        ),
      });
    }
  });

/** Treats null as absent, like most of Discord's optional fields. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** Discord's tree of invalid fields: one nested object per path step, `_errors` at the leaves. */
function errorTree(issues: readonly { path: readonly PropertyKey[]; code: string; message: string }[]) {
  const tree: JsonObject = {};
  for (const { path, code, message } of issues) {
    let node = tree;
    for (const step of path) {
      const next = node[String(step)];
      const child: JsonObject = isObject(next) ? next : {};
      node[String(step)] = child;
      node = child;
    }
    const errors = Array.isArray(node._errors) ? node._errors : [];
    node._errors = [...errors, { code, message }];
  }
  return tree;
}

/** Refuses a request with 50035 and one invalid field. */
export const wrongField = (path: readonly PropertyKey[], code: string, message: string) =>
  discordError(50035, errorTree([{ path, code, message }]));

/**
 * Reads a request body by its schema.
 * @param at path of the schema's value in the body, for the error
 * @throws DiscordError 50035 with the path of every invalid field
 */
export function readForm<T>(schema: z.ZodType<T>, body: unknown, at: readonly string[] = []): T {
  const result = schema.safeParse(body, { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({
    path: [...at, ...issue.path],
    ...inDiscordWords(issue),
  }));
  throw discordError(50035, errorTree(issues));
}

const WRONG_TYPE: Record<string, { code: string; message: string }> = {
  string: { code: 'STRING_TYPE_CONVERT', message: 'Could not interpret value as string.' },
  number: { code: 'NUMBER_TYPE_COERCE', message: 'Value is not int.' },
  boolean: { code: 'BOOLEAN_TYPE_CONVERT', message: 'Must be either true or false.' },
  array: { code: 'LIST_TYPE_CONVERT', message: 'Only iterables may be used in a ListType' },
  object: { code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' },
  record: { code: 'DICT_TYPE_CONVERT', message: 'Only dictionaries may be used in a DictType' },
};
const REQUIRED = { code: 'BASE_TYPE_REQUIRED', message: 'This field is required' };

function inDiscordWords(issue: z.core.$ZodIssue): { code: string; message: string } {
  if (issue.code === 'custom') {
    return { code: String(issue.params?.code ?? 'BASE_TYPE_INVALID'), message: issue.message };
  }
  if (issue.input === undefined || issue.input === null) return REQUIRED;
  if (issue.code === 'invalid_type') {
    return WRONG_TYPE[issue.expected] ?? { code: 'BASE_TYPE_INVALID', message: issue.message };
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => JSON.stringify(value)).join(', ');
    return { code: 'BASE_TYPE_CHOICES', message: `Value must be one of {${values}}.` };
  }
  if (issue.code === 'invalid_union') {
    return {
      code: 'UNION_TYPE_CHOICES',
      message: 'Value of field "type" must be one of the types allowed here.',
    };
  }
  return { code: 'BASE_TYPE_INVALID', message: issue.message };
}
