/** A text reduced to what it looks like: plain characters, each with its position in the original. */
export interface Folded {
  /** Lower-case letters without accents (ñ stays ñ), digits, symbols and spaces. */
  characters: string[];
  /** For each character, where it begins in the original text. */
  starts: number[];
  /** For each character, where it ends in the original text. */
  ends: number[];
}

// Letters that look Latin but are not: Cyrillic, Greek, small capitals and letters with strokes. NFKC handles full-width,
// mathematical, circled and squared letters.
const LOOKALIKES = new Map(
  Object.entries({
    a: 'аαɑᴀⲁ',
    b: 'вβʙьƀ',
    c: 'сϲᴄ¢',
    d: 'ԁđᴅ',
    e: 'еεєᴇ℮əⲉ',
    f: 'ꜰƒ',
    g: 'ɡɢ',
    h: 'һнʜ',
    i: 'іιıɪї',
    j: 'јᴊ',
    k: 'кκᴋ',
    l: 'ӏłʟƚ',
    m: 'мᴍ',
    n: 'пηɴи',
    o: 'оοσøᴏⲟօ',
    p: 'рρᴘⲣ',
    r: 'гʀя',
    s: 'ѕꜱ',
    t: 'тτᴛŧⲧⵜ',
    u: 'υᴜцսµ',
    v: 'νᴠѵ',
    w: 'ωᴡшщ',
    x: 'хχ',
    y: 'уγʏ',
    z: 'ᴢʐƶ',
  }).flatMap(([letter, lookalikes]) => [...lookalikes].map((one): [string, string] => [one, letter])),
);

const INVISIBLE = /[\p{Cf}\p{Cc}\u115f\u1160\u2800\u3164\uffa0]/u;
const WHITESPACE = /\s/u;
const MARK = /\p{M}/gu;
const TILDE = '\u0303';
// 🇦 to 🇿, 🅐 to 🅩 and 🅰 to 🆉: visually letters, but NFKC leaves them unchanged.
const PICTURE_LETTERS = [0x1f1e6, 0x1f150, 0x1f170];

function pictureLetter(code: number): string | undefined {
  const first = PICTURE_LETTERS.find((start) => code >= start && code < start + 26);
  return first === undefined ? undefined : String.fromCharCode(97 + code - first);
}

/** What one code point looks like: nothing if it is invisible, otherwise one or more plain characters. */
function lookOf(symbol: string): string {
  if (WHITESPACE.test(symbol)) return ' ';
  if (INVISIBLE.test(symbol)) return '';
  const picture = pictureLetter(symbol.codePointAt(0) ?? 0);
  if (picture) return picture;
  const letters = symbol.normalize('NFKC').toLowerCase().normalize('NFD');
  const plain = letters.replaceAll(`n${TILDE}`, 'ñ').replace(MARK, '');
  return [...plain].map((one) => LOOKALIKES.get(one) ?? one).join('');
}

const known = new Map<string, string>();

function look(symbol: string): string {
  const found = known.get(symbol);
  if (found !== undefined) return found;
  const made = lookOf(symbol);
  // Bounded: a hostile text could otherwise fill memory with every code point there is.
  if (known.size < 4096) known.set(symbol, made);
  return made;
}

/**
 * Folds a text to what a reader sees: lower case, without accents (ñ stays ñ), invisible characters and disguises (homoglyphs,
 * circled letters, letters from other alphabets). All whitespace becomes a space. Never throws.
 */
export function fold(text: string): Folded {
  const characters: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const symbol of text) {
    const end = at + symbol.length;
    if (symbol === TILDE && characters.at(-1) === 'n') characters[characters.length - 1] = 'ñ';
    else
      for (const character of look(symbol)) {
        characters.push(character);
        starts.push(at);
        ends.push(end);
      }
    at = end;
  }
  return { characters, starts, ends };
}

/** Only the folded text: for the words of the lists, which are folded like texts. */
export const foldText = (text: string): string => fold(text).characters.join('');
