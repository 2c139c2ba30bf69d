import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../src/corpus/clean.ts';
import { repairMojibake } from '../../src/corpus/encoding.ts';

/** UTF-8 as a careless program misreads it. */
const misread = (text: string, encoding = 'windows-1252') =>
  new TextDecoder(encoding).decode(Buffer.from(text));

describe('repairMojibake', () => {
  it.each(['¿Qué tal, niño? ¡ÁÉÍÓÚÑ, áéíóúüñ!', '“comillas” – y más… 😂 ❤️', '20 € y 5 º'])(
    'gives back %j',
    (text) => {
      expect(repairMojibake(misread(text))).toBe(text);
      expect(repairMojibake(misread(misread(text)))).toBe(text);
    },
  );

  it.each([
    ['ÃƒÂ\u0081ÃƒÅ¡Ãƒâ€˜', 'ÁÚÑ'],
    ['Ã¢â‚¬Å“holaÃ¢â‚¬Â\u009d', '“hola”'],
    ['Ã°Å¸Ëœâ€š', '😂'],
    ['20 Ã¢â€šÂ¬', '20 €'],
  ])('restores %j, which was misread twice as Windows-1252', (text, right) => {
    expect(repairMojibake(text)).toBe(right);
  });

  it.each(['«SE ACABÓ»', '“¿NIÑO?”', 'â la carte', 'CORRIÓ…', 'Â la mode', 'São Paulo, Ãrea'])(
    'leaves %j alone',
    (text) => {
      expect(repairMojibake(text)).toBe(text);
    },
  );
});

describe('cleanText', () => {
  it.each([
    ['entities', '&iquest;Qu&eacute;? &#161;Ol&#xE9;! 3 &lt; 5 &amp;amp; 7', '¿Qué? ¡Olé! 3 < 5 & 7'],
    ['entities of misread bytes', '&Atilde;&iexcl;rbol', 'árbol'],
    ['tags', '<p>Uno</p><b>dos</b><br/>tres <3', 'Uno\ndos\ntres <3'],
    ['composition', 'nin\u0303o cafe\u0301', 'niño café'],
    ['turns', '—Hola\n–  Hola\n--¿Qué?\n―¿Y?\n-5 grados', '- Hola\n- Hola\n- ¿Qué?\n- ¿Y?\n-5 grados'],
    ['quotes', '«a» “b” ‘c’', '"a" "b" \'c\''],
    ['white space', ' a\u00a0 b\t c \r\n\r\n\r\n d\u200b\u00ade\ufeff ', 'a b c\nde'],
    ['runs of marks', '¡¡¡¡¡Qué!!!!!!! no.......', '¡¡¡Qué!!! no...'],
    ['control characters and half an emoji', 'a\u0000b\u0007c\ud83d', 'a b c'],
  ])('repairs %s', (_, raw, clean) => {
    expect(cleanText(raw)).toBe(clean);
  });

  it('changes nothing in a clean text and leaves no double spaces or empty lines', () => {
    const soup = fc.string({
      maxLength: 25,
      unit: fc.oneof(
        fc.constantFrom(
          '&',
          'amp;',
          '&lt;',
          'br>',
          '<',
          '-',
          '—',
          ' ',
          '\n',
          '\t',
          'Ã',
          '¡',
          'â',
          '€',
          '…',
          '.',
          'p>',
          '\u00ad',
        ),
        fc.string({ unit: 'binary', maxLength: 2 }),
      ),
    });
    fc.assert(
      fc.property(soup, (raw) => {
        const clean = cleanText(raw);
        expect(cleanText(clean)).toBe(clean);
        expect(clean).not.toMatch(/ {2}|\n\n|^\s|\s$| \n|\n /);
        expect(clean).not.toMatch(/\p{Cs}/u);
      }),
      { numRuns: 500 },
    );
  });
});
