/**
 * Builds the header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): metadata, each a key and
 * a typed value, then the names, shapes and places of the tensors.
 */
export function createHeader() {
  const parts: Buffer[] = [];
  let keys = 0;
  const integer = (value: number, bytes: 4 | 8): Buffer => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUInt32LE(value % 2 ** 32);
    if (bytes === 8) buffer.writeUInt32LE(Math.floor(value / 2 ** 32), 4);
    return buffer;
  };
  const string = (text: string): Buffer =>
    Buffer.concat([integer(Buffer.byteLength(text), 8), Buffer.from(text)]);
  const metadata = (key: string, type: number, value: Buffer) => {
    keys += 1;
    parts.push(string(key), integer(type, 4), value);
  };
  const list = (type: number, items: readonly Buffer[]) =>
    Buffer.concat([integer(type, 4), integer(items.length, 8), ...items]);
  const UINT32 = 4;
  const INT32 = 5;
  const FLOAT32 = 6;
  const STRING = 8;
  const ARRAY = 9;

  return {
    text: (key: string, value: string) => metadata(key, STRING, string(value)),
    number: (key: string, value: number) => metadata(key, UINT32, integer(value, 4)),
    float(key: string, value: number) {
      const buffer = Buffer.alloc(4);
      buffer.writeFloatLE(value);
      metadata(key, FLOAT32, buffer);
    },
    texts: (key: string, values: readonly string[]) => metadata(key, ARRAY, list(STRING, values.map(string))),
    numbers: (key: string, values: readonly number[]) =>
      metadata(key, ARRAY, list(INT32, values.map((value) => integer(value, 4)))), // biome-ignore format: one call
    /** The header's bytes. `offset` is a tensor's place after the header. */
    bytes(tensors: readonly { name: string; dims: readonly number[]; type: number; offset: number }[]) {
      return Buffer.concat([
        Buffer.from('GGUF'),
        integer(3, 4), // version
        integer(tensors.length, 8),
        integer(keys, 8),
        ...parts,
        ...tensors.flatMap(({ name, dims, type, offset }) => [
          string(name),
          integer(dims.length, 4),
          ...dims.map((length) => integer(length, 8)),
          integer(type, 4),
          integer(offset, 8),
        ]),
      ]);
    },
  };
}
