/**
 * Windows-1252, bytes 80 to 9F, as in the WHATWG Encoding Standard (index-windows-1252); from A0 on a byte is its own code
 * point. Spelled out here because in many Node versions `TextDecoder` reads these bytes as Latin-1.
 */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** The part of two older encodings that Spanish text needs; their other bytes are lost (U+FFFD). */
const CP850 = pairs(
  '81ü 82é 90É 9aÜ a0á a1í a2ó a3ú a4ñ a5Ñ a6ª a7º a8¿ ad¡ ae« af» b5Á d6Í e0Ó e9Ú fa· 87ç 80Ç',
);
const MAC_ROMAN = pairs(
  '83É 84Ñ 86Ü 87á 8eé 92í 96ñ 97ó 9cú 9fü bbª bcº c0¿ c1¡ c7« c8» c9… d0– d1— d2“ d3” d4‘ d5’ db€ e7Á eaÍ eeÓ f2Ú 8dç',
);

function pairs(text: string): ReadonlyMap<number, string> {
  return new Map(text.split(' ').map((pair) => [Number.parseInt(pair.slice(0, 2), 16), pair.slice(2)]));
}

const windows1252Of = (byte: number): string =>
  byte >= 0x80 && byte < 0xa0 ? (WINDOWS_1252[byte - 0x80] ?? '') : String.fromCharCode(byte);

const decodeBy =
  (high: (byte: number) => string) =>
  (bytes: Uint8Array): string =>
    Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : high(byte))).join('');

const decodeWindows1252 = decodeBy(windows1252Of);
const OTHERS = [CP850, MAC_ROMAN].map((page) => decodeBy((byte) => page.get(byte) ?? '\ufffd'));

/** The Windows-1252 byte of each character; the five undefined ones map to themselves. */
export const windows1252Byte: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 128 }, (_, i) => [windows1252Of(128 + i), 128 + i]),
);

/** Decodes a line in an eight-bit encoding: Windows-1252, unless it reads as Spanish only in CP850 or Mac OS Roman. */
export function decodeEightBit(bytes: Uint8Array): string {
  return [decodeWindows1252, ...OTHERS]
    .map((decode) => decode(bytes))
    .reduce((best, other) => (spanishness(other) > spanishness(best) ? other : best));
}

/** How often non-ASCII letters occur where Spanish has them, minus how often they do not. */
function spanishness(text: string): number {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const inPlace = count(
    /(?<=\p{L})[áéíóúüñªº]|[áéíóúüñÁÉÍÓÚÑ](?=[a-zA-Z])|[¿¡](?=[\p{L}"'«(])|[«»“”‘’–—…€]/gu,
  );
  return (
    inPlace - count(/[^\p{ASCII}áéíóúüñÁÉÍÓÚÜÑªº¿¡«»“”‘’–—…€]/gu) - count(/[¿¡](?![\p{L}"'«(])|\ufffd/gu)
  );
}
