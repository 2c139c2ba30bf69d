import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import { type JsonObject, objects } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { Channel } from '../state/model.ts';
import { lengthOf } from '../validate/form.ts';
import { asUpload, fileSchema, read } from './read.ts';
import type { Resolved } from './resolved.ts';

const TYPE = {
  subcommand: 1,
  group: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
} as const;

export interface OptionsInput {
  subcommand?: string | undefined;
  options: Record<string, unknown>;
  /** Autocomplete: the option being typed. Then nothing else is required or checked. */
  focused?: string | undefined;
  unchecked: boolean;
}

/**
 * Turns option values by name into an interaction's options, checked as Discord checks them.
 * @param definition the registered command
 */
export function buildOptions(
  core: Core,
  definition: JsonObject,
  input: OptionsInput,
  { channel, resolved }: { channel: Channel; resolved: Resolved },
): JsonObject[] {
  const path = input.subcommand?.split(/\s+/).filter(Boolean) ?? [];
  return descend(definition, path, []);

  function descend(parent: JsonObject, [name, ...rest]: string[], walked: string[]): JsonObject[] {
    const options = objects(parent.options);
    const nested = options.filter(({ type }) => type === TYPE.subcommand || type === TYPE.group);
    const title = `/${[String(definition.name), ...walked].join(' ')}`;
    if (name === undefined) {
      if (nested.length === 0) return values(options, title);
      const names = nested.map((one) => String(one.name)).join(', ');
      throw new ControlError(`${title} needs a subcommand: ${names}.`);
    }
    const chosen = nested.find((one) => one.name === name);
    if (!chosen) throw new ControlError(`${title} has no subcommand ${name}.`);
    return [{ type: chosen.type, name, options: descend(chosen, rest, [...walked, name]) }];
  }

  function values(options: readonly JsonObject[], title: string): JsonObject[] {
    for (const name of Object.keys(input.options)) {
      if (!options.some((option) => option.name === name))
        throw new ControlError(`${title} has no option ${name}.`);
    }
    if (input.focused !== undefined) {
      const focused = options.find(({ name }) => name === input.focused);
      if (!focused?.autocomplete)
        throw new ControlError(`${title} has no autocompleted option ${input.focused}.`);
    }
    return options.flatMap((option) => {
      const name = String(option.name);
      const value = input.options[name];
      if (name === input.focused)
        return [{ type: option.type, name, value: String(value ?? ''), focused: true }];
      if (value === undefined || value === null) {
        if (option.required && input.focused === undefined && !input.unchecked) {
          throw new ControlError(`${title} needs the option ${name}.`);
        }
        return [];
      }
      const settled = settle(option, name, value);
      return [{ type: option.type, name, value: settled }];
    });
  }

  /** Checks a value and resolves what it refers to. */
  function settle(option: JsonObject, name: string, value: unknown): unknown {
    if (option.type === TYPE.attachment) {
      const attachment = core.files.keep(asUpload(read(fileSchema, value)), channel.id);
      resolved.attachment(attachment);
      return attachment.id;
    }
    if (!input.unchecked && input.focused === undefined) check(option, name, value);
    const reference = String(value);
    if (option.type === TYPE.user) resolved.user(reference);
    if (option.type === TYPE.role) resolved.role(reference);
    if (option.type === TYPE.mentionable) resolved.mentionable(reference);
    if (option.type === TYPE.channel)
      resolved.channel(reference, option.channel_types as number[] | undefined); // registered option types are numbers
    return value;
  }
}

/** Discord's own checks of an option's value. @throws ControlError */
function check(option: JsonObject, name: string, value: unknown) {
  const fail = (must: string): never => {
    throw new ControlError(`The option ${name} must ${must}.`);
  };
  switch (option.type) {
    case TYPE.string: {
      if (typeof value !== 'string') return fail('be a string');
      const min = Number(option.min_length ?? 0);
      const max = Number(option.max_length ?? LIMITS.command.optionString);
      if (value === '' && option.required) fail('not be empty');
      if (lengthOf(value) < min || lengthOf(value) > max) fail(`have between ${min} and ${max} characters`);
      break;
    }
    case TYPE.integer:
    case TYPE.number: {
      if (typeof value !== 'number' || !Number.isFinite(value)) return fail('be a number');
      if (option.type === TYPE.integer && !Number.isSafeInteger(value)) fail('be a whole number');
      if (option.min_value !== undefined && value < Number(option.min_value))
        fail(`be at least ${option.min_value}`);
      if (option.max_value !== undefined && value > Number(option.max_value))
        fail(`be at most ${option.max_value}`);
      break;
    }
    case TYPE.boolean:
      if (typeof value !== 'boolean') fail('be true or false');
      break;
    default:
      if (typeof value !== 'string' || !/^\d+$/.test(value)) fail('be an id');
  }
  const choices = objects(option.choices);
  if (choices.length > 0 && !choices.some((choice) => choice.value === value)) {
    fail(`be one of ${choices.map((choice) => JSON.stringify(choice.value)).join(', ')}`);
  }
}
