// @ts-check
import { en } from './strings/en.js';
import { es } from './strings/es.js';

/** @import { Locale } from './types.d.ts' */

/** @type {readonly Locale[]} */
export const locales = ['es-ES', 'es-419', 'en-US'];

/** @typedef {keyof typeof es} StringName */

/** @type {Locale} */
let current = 'es-ES';

/**
 * Sets the language of the whole page; owners rebuild their views.
 * @param {Locale} locale
 */
export function setLocale(locale) {
  current = locale;
  document.documentElement.lang = locale;
}

export function locale() {
  return current;
}

/**
 * A text in the person's language, with `{name}` placeholders filled in.
 * @param {StringName} name
 * @param {Record<string, string | number>} [values]
 */
export function t(name, values = {}) {
  const text = (current === 'en-US' ? en : es)[name];
  return text.replace(/\{(\w+)\}/g, (place, key) => String(values[key] ?? place));
}

/**
 * Discord's own fallbacks: Latin American Spanish falls back to Spain's, the two Englishes to each other.
 * @type {Record<Locale, readonly string[]>}
 */
const fallbacks = { 'es-ES': ['es-ES'], 'es-419': ['es-419', 'es-ES'], 'en-US': ['en-US', 'en-GB'] };

/**
 * A name or description of a command as this person reads it.
 * @param {string} text
 * @param {Partial<Record<string, string | null>> | null | undefined} localizations
 * @param {Locale} [reader]
 */
export function localized(text, localizations, reader = current) {
  for (const name of fallbacks[reader]) {
    const found = localizations?.[name];
    if (found) return found;
  }
  return text;
}

/**
 * Removes case and accents, so that `busq` finds `Búsqueda`.
 * @param {string} text
 */
export function fold(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
