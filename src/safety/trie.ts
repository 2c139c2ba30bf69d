const ALPHABET = 'abcdefghijklmnopqrstuvwxyzñ';
const WIDTH = ALPHABET.length;
const COLUMNS = new Int8Array(256).fill(-1);
for (let column = 0; column < WIDTH; column++) COLUMNS[ALPHABET.charCodeAt(column)] = column;

// What else a character may stand for: digits and symbols by their look, letters by their sound in Spanish.
const STANDS_FOR: Record<string, string[]> = {
  '0': ['o'],
  '1': ['i', 'l'],
  '3': ['e'],
  '4': ['a'],
  '5': ['s'],
  '6': ['g'],
  '7': ['t'],
  '8': ['b'],
  '9': ['g'],
  '@': ['a', 'o'],
  $: ['s'],
  '!': ['i'],
  '¡': ['i'],
  '|': ['l', 'i'],
  '+': ['t'],
  '€': ['e'],
  '£': ['l'],
  '#': ['h'],
  b: ['v'],
  k: ['c', 'qu'],
  q: ['c'],
  s: ['z'],
  v: ['b', 'u'],
  y: ['ll'],
  z: ['s'],
};
// Symbols that may separate letters instead of standing for one: "p*u*t*a".
const DIVIDERS = new Set(['*', '|', '+', '#', '!']);
const SOFT = new Set(['e', 'i', '3', '1', '!']);
const IS_LETTER = /^\p{L}$/u;
const LONGEST = 48;
const NOTHING: readonly number[] = [];
const FIRST_NODES = 16_384;
const REMEMBERED = 8192;

/** Words, each with the numbers it was added under, found despite leetspeak, stretching and phonetic spelling. */
export interface WordTrie {
  /** Adds a folded word of a–z and ñ. With `start`, it stands for every word that begins with it. */
  add(word: string, id: number, options?: { start?: boolean }): void;
  /** The numbers of all words that a folded run of letters, digits and symbols may be read as. */
  find(run: readonly string[]): readonly number[];
}

/** An empty trie. */
export function createWordTrie(): WordTrie {
  let children = new Int32Array(WIDTH * FIRST_NODES);
  let size = 1;
  // Most words of a text are the same few hundred, so their results are cached.
  const answers = new Map<string, readonly number[]>();
  // Most nodes that end a word end one entry: its number plus one is in `whole`, further ones are in `more`.
  let whole = new Int32Array(FIRST_NODES);
  const more = new Map<number, number[]>();
  const starts = new Map<number, number[]>();

  function childOf(node: number, letter: string): number {
    const column = columnOf(letter);
    return column < 0 ? 0 : (children[node * WIDTH + column] ?? 0);
  }

  /** The node at the end of a word, created if missing. */
  function grow(word: string): number {
    let node = 0;
    for (let at = 0; at < word.length; at++) {
      const column = columnOf(word, at);
      if (column < 0) throw new Error(`The word "${word}" of a list is not folded.`);
      const edge = node * WIDTH + column;
      node = children[edge] || size;
      if (node < size) continue;
      children[edge] = size++;
      if (size === whole.length) double();
    }
    return node;
  }

  function double(): void {
    const [fewer, less] = [children, whole];
    children = new Int32Array(fewer.length * 2);
    children.set(fewer);
    whole = new Int32Array(less.length * 2);
    whole.set(less);
  }

  function follow(node: number, letters: string): number {
    let at = node;
    for (const letter of letters) {
      at = childOf(at, letter);
      if (!at) return 0;
    }
    return at;
  }

  function readings(run: readonly string[], at: number): string[] {
    const character = run[at] ?? '';
    const others = STANDS_FOR[character] ?? [];
    if ((character === 'g' || character === 'j') && SOFT.has(run[at + 1] ?? ''))
      return [character, character === 'g' ? 'j' : 'g'];
    return columnOf(character) >= 0 ? [character, ...others] : others;
  }

  function search(run: readonly string[]): readonly number[] {
    const text = shortened(run);
    const found = new Set<number>();
    const seen = new Set<number>();
    const firstLetter = text.findIndex((one) => IS_LETTER.test(one));
    const lastLetter = text.findLastIndex((one) => IS_LETTER.test(one));
    if (firstLetter < 0) return NOTHING;
    const wild = holdsWildcards(text, firstLetter);

    function walk(at: number, node: number, steps: number): void {
      const key = (node * (LONGEST + 1) + at) * 2 + (steps > 0 ? 1 : 0);
      if (seen.has(key)) return;
      seen.add(key);
      for (const id of starts.get(node) ?? []) found.add(id);
      if (at > lastLetter && whole[node]) {
        found.add((whole[node] ?? 0) - 1);
        for (const id of more.get(node) ?? []) found.add(id);
      }
      if (at >= text.length) return;
      if (steps > 0 && (isStretched(text, at) || DIVIDERS.has(text[at] ?? ''))) walk(at + 1, node, steps);
      for (const reading of readings(text, at)) {
        const next = follow(node, reading);
        if (next) walk(at + 1, next, steps + 1);
      }
      if (text[at] === '*' && wild && steps > 0)
        for (let column = 0; column < WIDTH; column++) {
          const next = children[node * WIDTH + column];
          if (next) walk(at + 1, next, steps + 1);
        }
    }

    for (let start = 0; start <= firstLetter; start++) walk(start, 0, 0);
    // A silent h is often left out: "ijo", "uevon".
    const afterH = childOf(0, 'h');
    if (afterH && text.length >= 4) walk(firstLetter, afterH, 0);
    return found.size === 0 ? NOTHING : [...found];
  }

  function find(run: readonly string[]): readonly number[] {
    const key = run.join('');
    const known = answers.get(key);
    if (known) return known;
    const found = search(run);
    if (answers.size >= REMEMBERED) answers.clear();
    answers.set(key, found);
    return found;
  }

  return {
    add(word, id, { start = false } = {}) {
      const node = grow(word);
      if (!start && !whole[node]) {
        whole[node] = id + 1;
        return;
      }
      const table = start ? starts : more;
      const ids = table.get(node);
      if (ids) ids.push(id);
      else table.set(node, [id]);
    },
    find,
  };
}

/** The position among a–z and ñ of the letter at an index, or a negative number. */
function columnOf(word: string, at = 0): number {
  return COLUMNS[word.charCodeAt(at)] ?? -1;
}

/**
 * Whether the character repeats the one before it and may count only once: "puuta", but not the ll of "polla" or the rr
 * of "perra".
 */
function isStretched(run: readonly string[], at: number): boolean {
  const character = run[at];
  if (character !== run[at - 1]) return false;
  if (character !== 'l' && character !== 'r') return true;
  return character === run[at - 2] || character === run[at + 1];
}

/** Whether the asterisks of a run hide letters ("p*ta"), rather than being most of it or Markdown around it. */
function holdsWildcards(run: readonly string[], firstLetter: number): boolean {
  const stars = run.filter((one) => one === '*').length;
  const letters = run.filter((one) => IS_LETTER.test(one)).length;
  return stars > 0 && stars <= letters && stars <= 3 && !run.slice(0, firstLetter).includes('*');
}

/** A run with at most three repetitions of a character, so that ten thousand of them cost nothing. */
function shortened(run: readonly string[]): string[] {
  const kept: string[] = [];
  for (const one of run) {
    const n = kept.length;
    if (one === kept[n - 1] && one === kept[n - 2] && one === kept[n - 3]) continue;
    kept.push(one);
    if (n + 1 >= LONGEST) break;
  }
  return kept;
}
