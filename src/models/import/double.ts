/** Rounds little-endian float64 to float32, the precision that onnxruntime and training use. */
export async function* doubleToFloatChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const singles = Float32Array.from(new Float64Array(chunk.slice().buffer));
    yield new Uint8Array(singles.buffer);
  }
}
