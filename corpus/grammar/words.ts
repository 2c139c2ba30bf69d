export type Gender = 'm' | 'f';

/** A word or phrase of the lexicon, with what agreement and meaning require. */
export interface Entry {
  text: string;
  gender: Gender;
  /** Nouns have a plural; names and phrases have none. */
  plural?: string;
  /** What goes with it: the halves of a pun, a place, a reason. May contain slots and choices. */
  fields: Readonly<Record<string, string>>;
}

type Fields = Record<string, string>;

/** A masculine noun. */
export const m = (text: string, fields: Fields = {}): Entry => noun('m', text, fields);
/** A feminine noun. */
export const f = (text: string, fields: Fields = {}): Entry => noun('f', text, fields);
/** Both forms of a noun for people, with the same fields. */
export const both = (man: string, woman: string, fields: Fields = {}): Entry[] => [
  m(man, fields),
  f(woman, fields),
];
/** A name or a phrase: no article, no plural. */
export const phrase = (text: string, fields: Fields = {}, gender: Gender = 'm'): Entry => ({
  text,
  gender,
  fields,
});

const noun = (gender: Gender, text: string, fields: Fields): Entry => ({
  text,
  gender,
  plural: pluralOf(text),
  fields,
});

/** Regular plurals: gato-s, reloj-es, pez → peces, ratón → ratones, crisis. A phrase inflects its first word. */
export function pluralOf(text: string): string {
  const [head = '', ...rest] = text.split(' ');
  const tail = rest.length > 0 ? ` ${rest.join(' ')}` : '';
  return pluralOfWord(head) + tail;
}

function pluralOfWord(word: string): string {
  if (/[aeiouáéó]$/.test(word)) return `${word}s`;
  if (/z$/.test(word)) return `${word.slice(0, -1)}ces`;
  const stressed = /([áéíóú])([ns])$/.exec(word);
  if (stressed) return `${word.slice(0, -2)}${PLAIN[stressed[1] ?? ''] ?? ''}${stressed[2]}es`;
  if (/[sx]$/.test(word)) return word; // paraguas; ciempiés is caught above and irregular: avoid it in plurals
  return `${ACCENTED_IN_PLURAL[word] ?? word}es`;
}

const PLAIN: Record<string, string> = { á: 'a', é: 'e', í: 'i', ó: 'o', ú: 'u' };
const ACCENTED_IN_PLURAL: Record<string, string> = { joven: 'jóven', examen: 'exámen', imagen: 'imágen' };

/** Feminine nouns that begin with a stressed a take el and un: el agua, un águila; but la abeja. */
const STRESSED_A = new Set([
  'agua',
  'águila',
  'ala',
  'alma',
  'ancla',
  'área',
  'arma',
  'arpa',
  'aula',
  'hacha',
  'hada',
  'hambre',
]);

const masculineArticle = ({ text, gender }: Entry): boolean =>
  gender === 'm' || STRESSED_A.has(text.split(' ')[0] ?? '');

/** The forms allowed before the colon of a slot: `<el:x>`, `cansad<o:x>`. */
export const FORMS: Readonly<Record<string, (entry: Entry) => string>> = {
  el: (entry) => `${masculineArticle(entry) ? 'el' : 'la'} ${entry.text}`,
  un: (entry) => `${masculineArticle(entry) ? 'un' : 'una'} ${entry.text}`,
  los: (entry) => `${entry.gender === 'm' ? 'los' : 'las'} ${plural(entry)}`,
  s: (entry) => plural(entry),
  art: ({ gender }) => (gender === 'm' ? 'el' : 'la'),
  Art: ({ gender }) => (gender === 'm' ? 'El' : 'La'),
  este: (entry) => `${entry.gender === 'm' ? 'este' : 'esta'} ${entry.text}`,
  otro: (entry) => `${entry.gender === 'm' ? 'otro' : 'otra'} ${entry.text}`,
  o: ({ gender }) => (gender === 'm' ? 'o' : 'a'),
  os: ({ gender }) => (gender === 'm' ? 'os' : 'as'),
  lo: ({ gender }) => (gender === 'm' ? 'lo' : 'la'),
  él: ({ gender }) => (gender === 'm' ? 'él' : 'ella'),
  or: ({ gender }) => (gender === 'm' ? 'or' : 'ora'),
  señor: ({ gender }) => (gender === 'm' ? 'señor' : 'señora'),
};

function plural(entry: Entry): string {
  if (entry.plural === undefined) throw new Error(`"${entry.text}" has no plural`);
  return entry.plural;
}
