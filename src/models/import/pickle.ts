import { ChispaError } from '../../lib/errors.ts';
import { createPickleReader } from './pickle-bytes.ts';

/** A pickled class or function, known by name. Calling it runs our code, never the file's. */
export interface PickleGlobal {
  name: string;
  call?: (args: readonly unknown[]) => unknown;
}

export interface PickleHost {
  /** Resolves `module.name`; undefined rejects the file. */
  find(name: string): PickleGlobal | undefined;
  /** Resolves a persistent id (a tuple, as an array). */
  persistent(id: unknown): unknown;
}

const MARK = Symbol('mark');

/**
 * Reads a pickle (protocols 2 to 5) without executing anything: the stack machine builds only numbers, strings,
 * arrays (lists and tuples), Maps (dicts), and what `host` returns for the globals it knows. Any other global or
 * opcode is rejected by name with `weights-unsafe`. Memory is bounded by the size of the pickle: values are shared by
 * reference and never expanded.
 */
export function readPickle(bytes: Uint8Array, host: PickleHost): unknown {
  const reader = createPickleReader(bytes);
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const known = new Set<unknown>();

  const pop = (): unknown => {
    if (stack.length === 0 || stack.at(-1) === MARK) throw damaged('its stack runs empty');
    return stack.pop();
  };
  const popToMark = (): unknown[] => {
    const mark = stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged('a mark is missing');
    const items = stack.splice(mark).slice(1);
    return items;
  };
  const popTuple = (size: number): unknown[] => Array.from({ length: size }, pop).reverse();
  const top = (): unknown => {
    if (stack.length === 0) throw damaged('its stack runs empty');
    return stack.at(-1);
  };
  const remember = (index: number) => memo.set(index, top());
  const recall = (index: number) => {
    if (!memo.has(index)) throw damaged(`it recalls value ${index}, which was never stored`);
    stack.push(memo.get(index));
  };
  const pushGlobal = (module: string, name: string) => {
    const full = `${module}.${name}`;
    const found = host.find(full);
    if (!found) throw unsafe(`asks for ${full}`);
    known.add(found);
    stack.push(found);
  };
  const call = () => {
    const args = pop();
    const callee = pop();
    if (!known.has(callee) || !Array.isArray(args))
      throw unsafe('calls something that is not a function it may use');
    // Only globals returned by `host` are in `known`.
    const { name, call } = callee as PickleGlobal;
    if (!call) throw unsafe(`calls ${name}`);
    stack.push(call(args));
  };
  const dict = (): Map<unknown, unknown> => {
    const target = top();
    if (!(target instanceof Map)) throw damaged('it sets an item of something that is no dict');
    return target;
  };
  const list = (): unknown[] => {
    const target = top();
    if (!Array.isArray(target)) throw damaged('it appends to something that is no list');
    return target;
  };
  const setItems = (items: readonly unknown[]) => {
    const target = dict();
    for (let i = 0; i + 1 < items.length; i += 2) target.set(items[i], items[i + 1]);
  };

  for (;;) {
    const code = reader.byte();
    switch (code) {
      case 0x80: // PROTO
        if (reader.byte() > 5) throw damaged('its protocol is newer than 5');
        break;
      case 0x95: // FRAME: a hint for reading in blocks
        reader.uint64();
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4a: // BININT
        stack.push(reader.int32());
        break;
      case 0x4b: // BININT1
        stack.push(reader.byte());
        break;
      case 0x4d: // BININT2
        stack.push(reader.uint16());
        break;
      case 0x8a: // LONG1
        stack.push(reader.long(reader.byte()));
        break;
      case 0x47: // BINFLOAT
        stack.push(reader.float64());
        break;
      case 0x58: // BINUNICODE
        stack.push(reader.text(reader.uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(reader.text(reader.byte()));
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x74: // TUPLE
        stack.push(popToMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(popTuple(code - 0x84));
        break;
      case 0x61: {
        // APPEND
        const item = pop();
        list().push(item);
        break;
      }
      case 0x65: {
        // APPENDS
        const items = popToMark();
        const target = list();
        for (const item of items) target.push(item);
        break;
      }
      case 0x73: // SETITEM
        setItems(popTuple(2));
        break;
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x71: // BINPUT
        remember(reader.byte());
        break;
      case 0x72: // LONG_BINPUT
        remember(reader.uint32());
        break;
      case 0x94: // MEMOIZE
        remember(memo.size);
        break;
      case 0x68: // BINGET
        recall(reader.byte());
        break;
      case 0x6a: // LONG_BINGET
        recall(reader.uint32());
        break;
      case 0x63: // GLOBAL
        pushGlobal(reader.line(), reader.line());
        break;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = popTuple(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw damaged('a global has no name');
        pushGlobal(module, name);
        break;
      }
      case 0x52: // REDUCE
        call();
        break;
      case 0x51: // BINPERSID
        stack.push(host.persistent(pop()));
        break;
      case 0x62: // BUILD: a dict's own attributes; PyTorch keeps version numbers there
        if (!(pop() instanceof Map)) throw unsafe('gives a value a state that is no dict');
        dict();
        break;
      default:
        throw unsafe(`uses opcode 0x${code.toString(16)}`);
    }
  }
}

const damaged = (why: string) =>
  new ChispaError('weights-damaged', `The pickle with the weights cannot be read: ${why}.`);
const unsafe = (what: string) =>
  new ChispaError(
    'weights-unsafe',
    `The pickle with the weights ${what}, which no state dict needs. Nothing of it was run; do not trust this file.`,
  );
