// @ts-check

import { fold, localized, t } from '../i18n.js';

/** @import { Choice, CommandOption, Locale, OptionValue, Upload } from '../types.d.ts' */

/** Discord's option types. */
export const optionType = {
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
};

/**
 * Something to pick for an option.
 * @typedef {object} Candidate
 * @property {string} label
 * @property {OptionValue} value
 * @property {string | null} [description]
 * @property {() => Node} [face]
 */

/**
 * The candidates for options that refer to people, roles, channels or emoji.
 * @typedef {Record<'people' | 'roles' | 'channels' | 'emojis', Candidate[]>} Directory
 */

/**
 * All candidates for an option, before typed text narrows them; null for free text.
 * @param {CommandOption} option
 * @param {Directory} directory
 * @param {Locale} [locale]
 * @returns {Candidate[] | null}
 */
export function candidatesOf(option, directory, locale) {
  switch (option.type) {
    case optionType.boolean:
      return [
        { label: t('yes'), value: true },
        { label: t('no'), value: false },
      ];
    case optionType.user:
      return directory.people;
    case optionType.role:
      return directory.roles;
    case optionType.channel:
      return directory.channels;
    case optionType.mentionable:
      return [...directory.people, ...directory.roles];
    default:
      return 'choices' in option && option.choices && option.choices.length > 0
        ? choiceCandidates(option.choices, locale)
        : null;
  }
}

/** @param {readonly Choice[]} choices @param {Locale} [locale] @returns {Candidate[]} */
export function choiceCandidates(choices, locale) {
  return choices.map(({ name, name_localizations, value }) => ({
    label: localized(name, name_localizations, locale),
    value,
  }));
}

/** @param {readonly Candidate[]} candidates @param {string} typed */
export function narrow(candidates, typed) {
  const wanted = fold(typed.trim());
  const fits = (/** @type {Candidate} */ { label, description }) =>
    fold(`${label} ${description ?? ''}`).includes(wanted);
  const begins = (/** @type {Candidate} */ { label }) => fold(label).startsWith(wanted);
  const fitting = candidates.filter(fits);
  return [...fitting.filter(begins), ...fitting.filter((one) => !begins(one))];
}

/** @param {CommandOption} option whether the bot offers values while the person types */
export function isAutocompleted(option) {
  return 'autocomplete' in option && option.autocomplete === true;
}

/**
 * Reads what was typed or picked for an option, as Discord's client does before sending.
 * @param {CommandOption} option
 * @param {{ text: string, picked?: Candidate | undefined, file?: Upload | undefined }} entry
 * @param {readonly Candidate[] | null} candidates from `candidatesOf`
 * @returns {{ value: OptionValue } | { error: string } | null} null: left empty
 */
export function readOption(option, { text, picked, file }, candidates) {
  if (file) return { value: file };
  if (picked) return { value: picked.value };
  if (text.trim() === '') return option.required ? { error: t('needed') } : null;
  if (candidates) {
    const exact = candidates.find(({ label }) => fold(label) === fold(text.trim()));
    return exact ? { value: exact.value } : { error: t('chooseOne') };
  }
  // Types without bounds never reach the functions that use bounds.
  const bounds = /** @type {Bounds} */ (option);
  switch (option.type) {
    case optionType.string:
      return inLength(text, bounds);
    case optionType.integer:
      return /^[+-]?\d{1,15}$/.test(text.trim())
        ? inRange(Number(text), bounds)
        : { error: t('wantsInteger') };
    case optionType.number:
      return readNumber(text, bounds);
    default:
      return { error: t('chooseOne') };
  }
}

/** @typedef {{ min_length?: number, max_length?: number, min_value?: number, max_value?: number }} Bounds */

/** @param {string} text @param {Bounds} bounds */
function inLength(text, { min_length: min = 0, max_length: max = 6000 }) {
  const length = [...text].length;
  if (length < min) return { error: t('tooShort', { min }) };
  if (length > max) return { error: t('tooLongText', { max }) };
  return { value: text };
}

/** Accepts a comma as decimal separator, as in Spanish. @param {string} text @param {Bounds} bounds */
function readNumber(text, bounds) {
  const written = text.trim().replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(written)
    ? inRange(Number(written), bounds)
    : { error: t('wantsNumber') };
}

/** @param {number} value @param {Bounds} bounds */
function inRange(value, { min_value: min = -Infinity, max_value: max = Infinity }) {
  if (value < min) return { error: t('atLeast', { min }) };
  if (value > max) return { error: t('atMost', { max }) };
  return { value };
}
