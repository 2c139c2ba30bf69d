import { inflect } from '../safety/inflect.ts';
import { wordsOf } from '../safety/words.ts';

const FUNCTION_WORDS = new Set(
  'a al con de del e el en entre la las lo los mi mis o para por que se sin sobre su sus tu tus u un una unas uno unos y'.split(
    ' ',
  ),
);

/**
 * Whether a Spanish text has a word of the theme, inflected in any way: "gato" is in "las gatitas", "los médicos" in
 * "una médica". A text may be about a theme without naming it; that only people can tell.
 */
export function mentionsTheme(text: string, theme: string): boolean {
  const wanted = wordsOf(theme)
    .map(({ plain }) => plain)
    .filter((word) => !FUNCTION_WORDS.has(word));
  if (wanted.length === 0) return text.toLowerCase().includes(theme.toLowerCase()); // an emoji
  const forms = new Set(wanted.flatMap(singulars).flatMap(plainForms).flatMap(formsOf));
  return wordsOf(text).some(({ plain }) => forms.has(plain));
}

/** What a folded word may be the plural of, itself included: it may be no plural. */
function singulars(word: string): string[] {
  const singular = [word.replace(/ces$/, 'z'), word.replace(/es$/, ''), word.replace(/s$/, '')];
  return [...new Set([word, ...singular.filter((one) => one.length >= 3)])];
}

/** What a folded word may be the diminutive of, itself included: "ratoncito", "cafecito", "poquito". */
function plainForms(word: string): string[] {
  const stem = word.replace(/(?<=...)(e?c)?it[ao]$/, '');
  if (stem === word) return [word];
  const sounds = stem.replace(/qu$/, 'c').replace(/gu$/, 'g');
  return [word, sounds, `${sounds}a`, `${sounds}e`, `${sounds}o`];
}

function formsOf(word: string): string[] {
  const plurals = [`${word}s`, `${word}es`, word.replace(/z$/, 'ces')];
  if (word.length <= 3) return [word, ...plurals]; // what is left of "mes" without an ending is "m"
  return [
    ...inflect(word, 'thing'),
    ...plurals,
    ...(/...[lnrs]$/.test(word) ? [`${word}a`, `${word}as`] : []), // "inglés", "campeón", "español", "profesor"
    ...(/or?$/.test(word) ? inflect(word, 'person') : []),
    ...(/..[aei]r$/.test(word) ? inflect(word, 'verb') : []),
  ];
}
