import { ChispaError } from '../../lib/errors.ts';

/** Reads the arguments of pickle opcodes, little-endian unless noted, and never past the end. */
export interface PickleReader {
  byte(): number;
  uint16(): number;
  uint32(): number;
  int32(): number;
  uint64(): bigint;
  /** Big-endian, as Python writes it. */
  float64(): number;
  /** A two's complement integer of `length` bytes. Throws when it is outside the safe integer range. */
  long(length: number): number;
  /** UTF-8 of `length` bytes. */
  text(length: number): string;
  /** The text up to the next line feed. */
  line(): string;
}

export function createPickleReader(bytes: Uint8Array): PickleReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  /** Reserves the next `length` bytes and returns where they start. */
  const take = (length: number): number => {
    const start = position;
    if (length > bytes.length - start) throw damaged('it is cut');
    position += length;
    return start;
  };
  return {
    byte: () => view.getUint8(take(1)),
    uint16: () => view.getUint16(take(2), true),
    uint32: () => view.getUint32(take(4), true),
    int32: () => view.getInt32(take(4), true),
    uint64: () => view.getBigUint64(take(8), true),
    float64: () => view.getFloat64(take(8)),
    long(length) {
      const start = take(length);
      let value = 0n;
      for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[start + i] ?? 0);
      const number = Number(BigInt.asIntN(8 * length, value));
      if (!Number.isSafeInteger(number)) throw damaged('it holds an integer beyond 2^53');
      return number;
    },
    text(length) {
      const start = take(length);
      return new TextDecoder().decode(bytes.subarray(start, start + length));
    },
    line() {
      const end = bytes.indexOf(0x0a, position);
      if (end < 0) throw damaged('it is cut');
      const start = take(end + 1 - position);
      return new TextDecoder().decode(bytes.subarray(start, end));
    },
  };
}

const damaged = (why: string) =>
  new ChispaError('weights-damaged', `The pickle with the weights cannot be read: ${why}.`);
