// @ts-check

/**
 * Letters without case and accents, so that `busq` finds `Búsqueda`.
 * @param {string} text
 */
export function fold(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
