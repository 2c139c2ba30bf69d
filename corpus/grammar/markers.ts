import { cities, names } from './lexicon/people.ts';
import { pick, type Random } from './random.ts';

// What people say before they say something. Nothing here commits to tú or usted.
const BEFORE_QUESTIONS = [
  'a ver,',
  'una pregunta:',
  'entonces,',
  'vaya,',
  'ah,',
  'anda,',
  'eh,',
  'pero',
  'o sea,',
  'hum,',
  'uy,',
  'un momento:',
  'y bien,',
  'una cosa:',
  'caramba,',
  'ajá,',
];
const BEFORE_ANSWERS = [
  'pues',
  'bueno,',
  'ay,',
  'uf,',
  'vaya,',
  'hum,',
  'eh,',
  'hombre,',
  'caramba,',
  'uy,',
  'ah,',
  'mmm,',
];
const TO_BEGIN_WITH = ['a ver,', 'una cosa:', 'una pregunta:', 'perdón,'];

/** A turn that begins like this already has a marker, or would sound odd with one. */
const MARKED =
  /^[¿¡]?(?:pues|ver[áa]|mir[ae]|oye|oiga|a ver|ay|bah|uf|hola|buen[ao]s|mamá|camarer|perdon|doct|dime|siéntese|pase|asistente|diga|dígame|ya|ah|eh|en fin|gracias|querid|sí\?|y |no es por|a mí, nada)/iu;

const SHARE = 0.75;

/** Puts a marker before some turns of a dialogue, so that no two conversations are alike. */
export function withMarkers(text: string, random: Random): string {
  if (!text.includes('\n- ')) return text;
  return text
    .split('\n')
    .map((line, i) => {
      const turn = line.startsWith('- ') ? line.slice(2) : '';
      const question = turn.startsWith('¿');
      if (turn === '' || MARKED.test(turn) || (i === 0 && !question) || random() > SHARE) return line;
      const markers = i === 0 ? TO_BEGIN_WITH : question ? BEFORE_QUESTIONS : BEFORE_ANSWERS;
      return `- ${pick(random, markers)} ${lowered(turn)}`;
    })
    .join('\n');
}

const proper = new Set([...names, ...cities].map(({ text }) => text));

/** The turn as it continues after a comma: lower case, unless it begins with a name. */
function lowered(turn: string): string {
  const [, marks = '', word = ''] = /^([¿¡"«]*)(\p{L}+)/u.exec(turn) ?? [];
  if (word === '' || proper.has(word)) return turn;
  return marks + turn.charAt(marks.length).toLowerCase() + turn.slice(marks.length + 1);
}
