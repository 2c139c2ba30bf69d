// @ts-check
import { readOption } from './options.js';

/** @import { CommandOption, OptionValue, Upload } from '../types.d.ts' */
/** @import { Candidate } from './options.js' */
/** @import { Entry } from './commands.js' */

/**
 * One option being filled in.
 * @typedef {object} Field
 * @property {CommandOption} option
 * @property {string} text
 * @property {Candidate | undefined} picked
 * @property {Upload | undefined} file
 * @property {string | null} error shown once the person has left the field or tried to send
 */

/**
 * A chosen command and its visible fields: pure state, changed by the functions below.
 * @typedef {object} Fill
 * @property {Entry} entry
 * @property {Field[]} fields
 */

/** Required options are shown from the start, as on Discord. @param {Entry} entry @returns {Fill} */
export function startFill(entry) {
  return { entry, fields: entry.options.filter(({ required }) => required).map(emptyField) };
}

/** @param {CommandOption} option @returns {Field} */
function emptyField(option) {
  return { option, text: '', picked: undefined, file: undefined, error: null };
}

/** The options not yet shown. @param {Fill} fill */
export function remaining({ entry, fields }) {
  return entry.options.filter((option) => !fields.some((field) => field.option === option));
}

/** @param {Fill} fill @param {CommandOption} option @returns {Fill} */
export function addField(fill, option) {
  return { ...fill, fields: [...fill.fields, emptyField(option)] };
}

/** Removes an optional field; a required one stays. @param {Fill} fill @param {string} name @returns {Fill} */
export function removeField(fill, name) {
  return { ...fill, fields: fill.fields.filter(({ option }) => option.name !== name || option.required) };
}

/** @param {Fill} fill @param {string} name @param {Partial<Field>} change @returns {Fill} */
export function changeField(fill, name, change) {
  return {
    ...fill,
    fields: fill.fields.map((field) => (field.option.name === name ? { ...field, ...change } : field)),
  };
}

/**
 * Reads all fields: the values to send, or the fill with an error on each invalid field.
 * @param {Fill} fill
 * @param {(option: CommandOption) => Candidate[] | null} candidates
 * @returns {{ options: Record<string, OptionValue> } | { wrong: Fill, first: string }}
 */
export function readFill(fill, candidates) {
  /** @type {Record<string, OptionValue>} */
  const options = {};
  /** @type {string | undefined} */
  let first;
  const fields = fill.fields.map((field) => {
    const read = readOption(field.option, field, candidates(field.option));
    if (read && 'value' in read) options[field.option.name] = read.value;
    const error = read && 'error' in read ? read.error : null;
    if (error) first ??= field.option.name;
    return { ...field, error };
  });
  return first === undefined ? { options } : { wrong: { ...fill, fields }, first };
}

/**
 * The valid values so far, for autocomplete.
 * @param {Fill} fill
 * @param {(option: CommandOption) => Candidate[] | null} candidates
 */
export function givenSoFar(fill, candidates) {
  /** @type {Record<string, OptionValue>} */
  const options = {};
  for (const field of fill.fields) {
    const read = readOption(field.option, field, candidates(field.option));
    if (read && 'value' in read) options[field.option.name] = read.value;
  }
  return options;
}
