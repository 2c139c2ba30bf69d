import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Node, onlyEmoji, plainText } from '../../src/page/markdown/nodes.js';
import { parseMarkdown } from '../../src/page/markdown/parse.js';

/** The nodes as one readable line: `strong(a em(b))`. */
function shape(nodes: Node[]): string {
  return nodes.map(one).join('');
}

function one(node: Node): string {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'list':
      return `${node.start ?? 'ul'}(${node.items.map((item) => `[${shape(item)}]`).join('')})`;
    case 'heading':
      return `h${node.level}(${shape(node.children)})`;
    case 'code':
      return `code(${node.text})`;
    case 'codeblock':
      return `block:${node.language}(${node.text})`;
    case 'link':
      return `link:${node.url}(${shape(node.children)})`;
    case 'user':
    case 'role':
    case 'channel':
      return `${node.type}:${node.id}`;
    case 'everyone':
    case 'unicode':
      return `${node.type}:${node.text}`;
    case 'command':
      return `command:${node.name}:${node.id}`;
    case 'emoji':
      return `emoji:${node.name}:${node.id}:${node.animated}`;
    case 'time':
      return `time:${node.seconds}:${node.style}`;
    default:
      return `${node.type}(${shape(node.children)})`;
  }
}

const read = (text: string) => shape(parseMarkdown(text));

describe('Markdown as Discord reads it', () => {
  it.each([
    ['**a** *b* _c_ __d__ ~~e~~ ||f||', 'strong(a) em(b) em(c) u(d) s(e) spoiler(f)'],
    ['***x***', 'strong(em(x))'],
    ['__*x*__', 'u(em(x))'],
    ['*a **b** c*', 'em(a strong(b) c)'],
    ['**a *b* c**', 'strong(a em(b) c)'],
    ['**una\nlínea**', 'strong(una\nlínea)'],
    ['snake_case_name', 'snake_case_name'],
    ['* no *', 'ul([no *])'],
    ['a * no * b', 'a * no * b'],
    ['2*3*4', '2em(3)4'],
    ['**abierta', '**abierta'],
    ['\\*no\\* \\\\ \\_a_', '*no* \\ _a_'],
    ['¯\\_(ツ)_/¯', '¯\\_(ツ)_/¯'],
  ])('marks: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['`a **b**`', 'code(a **b**)'],
    ['`` `a` ``', 'code(`a`)'],
    ['**`a**`**', 'strong(code(a**))'],
    ['`abierto', '`abierto'],
    ['```js\nlet x\n```', 'block:js(let x)'],
    ['```js```', 'block:(js)'],
    ['antes ```\na\n  b\n``` después', 'antes block:(a\n  b) después'],
    ['``` ```', 'code( )'],
    ['\\`a`', '`a`'],
  ])('code: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['# T **b**\nx', 'h1(T strong(b))x'],
    ['## a\n### b', 'h2(a)h3(b)'],
    ['#no', '#no'],
    ['#### no', '#### no'],
    ['a # no', 'a # no'],
    ['-# pequeño', 'subtext(pequeño)'],
    ['> a\n> **b**\nc', 'quote(a\nstrong(b))c'],
    ['>no', '>no'],
    ['>>> a\nb\n# c', 'quote(a\nbh1(c))'.replace('bh1', 'b\nh1')],
    ['> > a', 'quote(> a)'],
    ['- a\n- b', 'ul([a][b])'],
    ['- a\n  - b\n- c', 'ul([a\nul([b])][c])'],
    ['- a\n  sigue', 'ul([a\nsigue])'],
    ['3. a\n4. b', '3([a][b])'],
    ['- a\n1. b', 'ul([a])1([b])'],
    ['-no', '-no'],
  ])('blocks: %j', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['[a **b**](https://x.y/z)', 'link:https://x.y/z(a strong(b))'],
    ['[a](<https://x.y> "t")', 'link:https://x.y(a)'],
    ['[a](javascript:alert(1))', '[a](javascript:alert(1))'],
    [
      '[https://bueno.es](https://malo.es)',
      '[link:https://bueno.es(https://bueno.es)](link:https://malo.es(https://malo.es))',
    ],
    ['https://x.y/a_b_c?d=*e*.', 'link:https://x.y/a_b_c?d=*e*(https://x.y/a_b_c?d=*e*).'],
    ['(https://x.y/(a))', '(link:https://x.y/(a)(https://x.y/(a)))'],
    ['<https://x.y>', 'link:https://x.y(https://x.y)'],
    ['https://', 'https://'],
  ])('links: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    [
      '<@1> <@!2> <@&3> <#4> @everyone @here',
      'user:1 user:2 role:3 channel:4 everyone:@everyone everyone:@here',
    ],
    ['</chiste ver:5>', 'command:chiste ver:5'],
    ['<:risa:6> <a:baile:7>', 'emoji:risa:6:false emoji:baile:7:true'],
    ['<t:1700000000> <t:-5:R>', 'time:1700000000:f time:-5:R'],
    [':tada: :noexiste:', 'unicode:🎉 :noexiste:'],
    ['👩‍👩‍👧🇪🇸1️⃣ 1 ©', 'unicode:👩‍👩‍👧unicode:🇪🇸unicode:1️⃣ 1 ©'],
    ['<@abc> <b>', '<@abc> <b>'],
  ])('what stands for something: %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('keeps to one line where asked', () => {
    expect(shape(parseMarkdown('# **a**', { blocks: false }))).toBe('# strong(a)');
  });

  it('knows a message of nothing but emoji', () => {
    expect(onlyEmoji(parseMarkdown('🎉 <:a1:1>\n😂'))).toBe(true);
    expect(onlyEmoji(parseMarkdown('🎉 a'))).toBe(false);
    expect(onlyEmoji(parseMarkdown('  '))).toBe(false);
    expect(onlyEmoji(parseMarkdown('🎉'.repeat(31)))).toBe(false);
  });

  it('gives the text without its marks, and nothing of a spoiler', () => {
    expect(plainText(parseMarkdown('# T\n**a** ||secreto|| `c`'))).toBe('T\na ▒▒▒ c');
  });

  it('loses no letter of plain text, whatever surrounds it', () => {
    const marks = fc.constantFrom(
      '*',
      '**',
      '_',
      '__',
      '~~',
      '||',
      '`',
      '```',
      '\n',
      '> ',
      '- ',
      '# ',
      '[',
      '](',
      ')',
      '<',
      '>',
      ' ',
    );
    const words = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(fc.array(fc.oneof(marks, words), { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const letters = (value: string) => value.replace(/[^a-z]/g, '');
        expect(letters(everything(parseMarkdown(text)))).toBe(letters(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '**a',
    '`',
    '`*',
    '> ',
    '- ',
    '[[',
    '||',
    '*_',
    '```\n',
    '# ',
    '  - a\n',
    'https://a))',
    '<@',
    '__*~~',
  ])('is not brought to its knees by four thousand characters of %j', { timeout: 20_000 }, (piece) => {
    const text = piece.repeat(Math.ceil(4000 / piece.length));
    expect(everything(parseMarkdown(text)).length).toBeLessThanOrEqual(text.length);
  });
});

/** All text of all nodes, spoilers and languages of code blocks too. */
function everything(nodes: Node[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'list') return node.items.map(everything).join('');
      if (node.type === 'codeblock') return node.language + node.text;
      if ('children' in node) return everything(node.children);
      return 'text' in node ? node.text : '';
    })
    .join('');
}
