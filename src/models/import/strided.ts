/** How a tensor is laid out in its storage: elements of `width` bytes; `stride` in elements. */
export interface Layout {
  shape: readonly number[];
  stride: readonly number[];
  width: number;
}

/**
 * Reorders a tensor that is not row-major in its storage (a transpose that was saved as a view). `chunks` yields its
 * `span` bytes of storage, which are held in memory; chunks of about a megabyte come out.
 */
export async function* stridedChunks(
  chunks: AsyncIterable<Uint8Array>,
  span: number,
  { shape, stride, width }: Layout,
): AsyncGenerator<Uint8Array> {
  const storage = new Uint8Array(span);
  let filled = 0;
  for await (const chunk of chunks) {
    storage.set(chunk, filled);
    filled += chunk.length;
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const index = shape.map(() => 0);
  let position = 0; // in elements
  const out = new Uint8Array(Math.min(count, 1 << 18) * width);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const start = position * width;
    for (let byte = 0; byte < width; byte++) out[used + byte] = storage[start + byte] ?? 0;
    used += width;
    if (used === out.length) {
      yield out.subarray(0, used);
      used = 0;
    }
    // Count up like an odometer, with the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      position += stride[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        break;
      }
      position -= next * (stride[axis] ?? 0);
      index[axis] = 0;
    }
  }
  if (used > 0) yield out.subarray(0, used);
}
