/** How a word of a list is inflected: as written, as a thing, as a person (both genders), or as a verb. */
export type Kind = 'exact' | 'thing' | 'person' | 'verb';

// Folded: the accents of "cogió" and "cogerá" are gone, and vos forms coincide with tú forms.
const AR =
  'o as a amos ais an e aste o asteis aron aba abas abamos abais aban es emos eis en ara aras aramos arais aran ' +
  'ase ases asemos aseis asen are aremos areis aria arias ariamos ariais arian ado ada ados adas ao ' +
  'ador adora adores adoras';
const ER =
  'o es e emos eis en i iste io imos isteis ieron ia ias iamos iais ian a as amos ais an iera ieras ieramos ierais ' +
  'ieran iese ieses iesemos ieseis iesen ere eras era eremos ereis eran eria erias eriamos eriais erian ido ida idos ' +
  'idas edor edora edores edoras';
const IR = ER.replaceAll(/ er(?=[eia])/g, ' ir').replace(' emos eis', ' imos is');
const PRONOUNS = 'me te se lo la le los las les nos os'.split(' ');
const ENCLITICS = [
  ...PRONOUNS,
  ...'melo mela melos melas telo tela telos telas selo sela selos selas noslo nosla oslo osla'.split(' '),
];
const ENDINGS: Record<string, string[]> = {
  a: verbEndings('a', AR, 'ando', 'a', ['e', 'en']),
  e: verbEndings('e', ER, 'iendo', 'e', ['a', 'an']),
  i: verbEndings('i', IR, 'iendo', 'e', ['a', 'an']),
};
const THING_ENDINGS =
  'ita itas ito itos cita citas cito citos ecita ecitas ecito ecitos illa illas illo illos ica icas aza azas azo azos ona onas on ones'.split(
    ' ',
  );
// e and x stand for both genders; "es" is also the plural after a consonant.
const PERSON_ENDINGS = [...'o a e x os as es xs isimo isima isimos isimas'.split(' '), ...THING_ENDINGS];

/** All endings of a conjugation. Infinitive, gerund and imperatives take pronouns: "cogerla", "cogiéndosela", "cógeme". */
function verbEndings(
  vowel: string,
  finite: string,
  gerund: string,
  imperative: string,
  polite: string[],
): string[] {
  const familiar = [`${vowel}r`, gerund, imperative].flatMap((host) =>
    ENCLITICS.map((pronoun) => host + pronoun),
  );
  const formal = polite.flatMap((host) => PRONOUNS.map((pronoun) => host + pronoun));
  const others = [`${vowel}r`, gerund, `${vowel}monos`, `${vowel}os`, `${vowel}d`];
  return [...new Set([...finite.split(' '), ...others, ...familiar, ...formal])];
}

/**
 * Attaches endings to a stem so that it keeps its sound: "chingar" → "chingue", "marica" → "mariquita", and, if the stem is
 * soft, "coger" → "cojo".
 */
function attach(stem: string, endings: readonly string[], soft: boolean): string[] {
  const beforeEI = soft ? stem : stem.replace(/c$/, 'qu').replace(/g$/, 'gu').replace(/z$/, 'c');
  const otherwise = soft ? stem.replace(/g$/, 'j') : stem;
  return endings.map((ending) => (ending[0] === 'e' || ending[0] === 'i' ? beforeEI : otherwise) + ending);
}

function verb(infinitive: string): string[] {
  const vowel = infinitive.slice(-2, -1);
  return attach(infinitive.slice(0, -2), ENDINGS[vowel] ?? [], vowel !== 'a');
}

function thing(word: string): string[] {
  const stem = word.replace(/(es|[aeo]s?)$/, '');
  return [word, ...plurals(word), ...attach(stem, THING_ENDINGS, false)];
}

function person(word: string): string[] {
  return [word, ...attach(word.replace(/[aeo]$/, ''), PERSON_ENDINGS, false)];
}

const plurals = (word: string): string[] =>
  /[aeiou]$/.test(word) ? [`${word}s`] : [`${word}es`, `${word}s`];

/**
 * The forms of a folded Spanish word: gender, number, diminutives and augmentatives, or the whole conjugation with its
 * pronouns. This includes forms that nobody uses, which are harmless; forms with another meaning are listed in everyday.txt.
 */
export function inflect(word: string, kind: Kind): string[] {
  if (kind === 'verb') return verb(word);
  if (kind === 'thing') return thing(word);
  if (kind === 'person') return person(word);
  return [word];
}
