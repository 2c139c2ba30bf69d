import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** A tensor of a state dict; its bytes are generated when they are written. */
export interface TorchTensor {
  name: string;
  shape: readonly number[];
  bytes(): Uint8Array;
}

/**
 * Writes a state dict of half-precision tensors as `torch.save` does (a zip of stored entries around a protocol 2
 * pickle), so that benchmarks need no PyTorch. PyTorch can load the result.
 */
export async function writeTorchFile(path: string, tensors: readonly TorchTensor[]): Promise<void> {
  const file = await open(path, 'w');
  const directory: Buffer[] = [];
  let offset = 0;
  const add = async (name: string, content: Uint8Array) => {
    const header = zipHeader(name, content);
    directory.push(directoryEntry(header, name, offset));
    await file.writeFile(header);
    await file.writeFile(content);
    offset += header.length + content.length;
  };
  await add('archive/data.pkl', pickled(tensors));
  await add('archive/byteorder', Buffer.from('little'));
  for (const [key, tensor] of tensors.entries()) await add(`archive/data/${key}`, tensor.bytes());
  await add('archive/version', Buffer.from('3\n'));
  const entries = Buffer.concat(directory);
  await file.writeFile(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  await file.writeFile(end);
  await file.close();
}

function zipHeader(name: string, content: Uint8Array): Buffer {
  const header = Buffer.alloc(30 + name.length);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt32LE(crc32(content), 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt32LE(content.length, 22);
  header.writeUInt16LE(name.length, 26);
  header.write(name, 30, 'latin1');
  return header;
}

function directoryEntry(header: Buffer, name: string, offset: number): Buffer {
  const entry = Buffer.alloc(46 + name.length);
  entry.write('PK\x01\x02', 'latin1');
  header.copy(entry, 6, 4, 30); // the fields that both records share
  entry.writeUInt16LE(0, 30);
  entry.writeUInt32LE(offset, 42);
  entry.write(name, 46, 'latin1');
  return entry;
}

/** The opcodes that PyTorch writes: an OrderedDict of `_rebuild_tensor_v2(storage, 0, shape, stride, False, OrderedDict())`. */
function pickled(tensors: readonly TorchTensor[]): Buffer {
  const integer = (value: number) => {
    const bytes = Buffer.alloc(5);
    bytes[0] = 0x4a; // BININT
    bytes.writeInt32LE(value, 1);
    return bytes;
  };
  const text = (value: string) => {
    const bytes = Buffer.alloc(5 + Buffer.byteLength(value));
    bytes[0] = 0x58; // BINUNICODE
    bytes.writeUInt32LE(bytes.length - 5, 1);
    bytes.write(value, 5);
    return bytes;
  };
  const tuple = (...items: Buffer[]) => Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);
  const global = (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`);
  const emptyDict = Buffer.concat([global('collections', 'OrderedDict'), Buffer.from(')R')]);
  const entry = ({ name, shape }: TorchTensor, key: number) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    const storage = tuple(
      text('storage'),
      global('torch', 'HalfStorage'),
      text(String(key)),
      text('cpu'),
      integer(count),
    );
    const parts = [Buffer.concat([storage, Buffer.from('Q')]), integer(0), tuple(...shape.map(integer))];
    parts.push(tuple(...stride.map(integer)), Buffer.of(0x89), emptyDict);
    return Buffer.concat([
      text(name),
      global('torch._utils', '_rebuild_tensor_v2'),
      tuple(...parts),
      Buffer.from('R'),
    ]);
  };
  return Buffer.concat([
    Buffer.of(0x80, 2),
    emptyDict,
    Buffer.from('('),
    ...tensors.map(entry),
    Buffer.from('u.'),
  ]);
}
