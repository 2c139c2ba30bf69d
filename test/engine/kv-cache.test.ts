import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createKvCache } from '../../src/engine/kv-cache.ts';

const config = { layers: 2, keyValueHeads: 2, headWidth: 2 };

type Action = { kind: 'add' } | { kind: 'remove'; row: number } | { kind: 'append'; count: number };
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const) }),
  fc.record({ kind: fc.constant('remove' as const), row: fc.nat(9) }),
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 9 }) }),
);

it('holds exactly what was written to each row, wherever it has moved and however the cache has grown', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const cache = createKvCache(config, 4);
      const rows: number[][] = []; // the reference: each row's tokens, as the numbers written for them
      let next = 1;
      for (const it of actions) {
        if (it.kind === 'add') {
          const source = createKvCache(config, 4);
          source.add();
          source.reserve(3);
          source.append(written([[next, next + 1, next + 2]]), 3);
          cache.add(source);
          rows.push([next, next + 1, next + 2]);
          next += 3;
        } else if (it.kind === 'remove' && it.row < rows.length) {
          cache.remove(it.row);
          const last = rows.pop();
          if (last && it.row < rows.length) rows[it.row] = last;
        } else if (it.kind === 'append' && rows.length > 0) {
          const fresh = rows.map(() => Array.from({ length: it.count }, () => next++));
          cache.reserve(it.count);
          cache.append(written(fresh), it.count);
          rows.forEach((row, i) => {
            row.push(...(fresh[i] ?? []));
          });
        }
        expect(cache.lengths).toEqual(rows.map((row) => row.length));
        if (rows.length === 0) continue;
        const feeds = cache.feeds();
        for (const part of ['key', 'value'])
          for (let layer = 0; layer < 2; layer++) {
            const tensor = feeds[`past_${part}.${layer}`];
            const [count = 0, heads = 0, capacity = 0, width = 0] = tensor?.dims ?? [];
            const numbers = tensor?.data as Float32Array; // the cache is float32
            expect([count, heads, width]).toEqual([rows.length, 2, 2]);
            rows.forEach((row, r) => {
              for (let head = 0; head < 2; head++) {
                const start = (r * heads + head) * capacity * width;
                const end = start + row.length * width;
                const held = Array.from(numbers.slice(start, end));
                const mark = (2 * layer + Number(part === 'value')) / 8 + head / 16;
                expect(held).toEqual(row.flatMap((token) => [token + mark, token + mark]));
                const rest = numbers.subarray(end, start + capacity * width);
                expect(rest.findIndex((number) => number !== 0)).toBe(-1);
              }
            });
          }
      }
    }),
    { numRuns: 60 },
  );
});

/** `new_keys_values` [rows, 4·2, count, 2], in which every number encodes its token, layer part, and head. */
function written(rows: number[][]): Float32Array {
  const values: number[] = [];
  for (const row of rows)
    for (let part = 0; part < 4; part++)
      for (let head = 0; head < 2; head++)
        for (const token of row) values.push(token + part / 8 + head / 16, token + part / 8 + head / 16);
  return Float32Array.from(values);
}

it('shrinks its capacity when the row that needed it has left', () => {
  const cache = createKvCache(config, 4);
  cache.add();
  cache.add();
  cache.reserve(3);
  cache.append(written([[1, 2, 3], [4, 5, 6]]), 3); // biome-ignore format: two rows
  cache.remove(1);
  const long = createKvCache(config, 4);
  long.add();
  long.reserve(30);
  long.append(written([Array.from({ length: 30 }, (_, i) => i)]), 30);
  cache.add(long);
  expect(cache.feeds()['past_key.0']?.dims).toEqual([2, 2, 32, 2]);
  cache.remove(1);
  expect(cache.feeds()['past_key.0']?.dims).toEqual([1, 2, 4, 2]);
});

it('rarely allocates memory, and frees what a burst needed', () => {
  const cache = createKvCache(config, 32, 16 * 192);
  const bytes = () => {
    const keys = cache.feeds()['past_key.0']?.data;
    if (!(keys instanceof Float32Array)) throw new Error('keys are float32');
    return keys.buffer.byteLength;
  };
  const size = (rows: number, tokens: number) => 4 * rows * tokens * config.keyValueHeads * config.headWidth;
  const taken: number[] = [];
  for (let row = 0; row < 16; row++) cache.add();
  const tokens = written(Array.from({ length: 16 }, () => [1]));
  for (let step = 0; step < 256; step++) {
    cache.reserve(1);
    cache.append(tokens, 1);
    if (taken.at(-1) !== bytes()) taken.push(bytes());
  }
  expect(taken).toEqual([32, 64, 128, 192, 224, 256].map((tokens) => size(16, tokens)));
  while (cache.rows > 1) cache.remove(0);
  expect(bytes()).toBeLessThanOrEqual(size(2, 512));
  expect(cache.lengths).toEqual([256]);
});
