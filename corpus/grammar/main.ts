import { parseArgs } from 'node:util';
import { generate } from './generate.ts';
import { templates } from './templates/index.ts';

// npm run -s corpus:grammar -- --count 20000 --seed 1 > grammar.jsonl

const { values } = parseArgs({
  options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.count);
const seed = Number(values.seed);
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write(
    'corpus:grammar takes --count (1 or more) and --seed (0 or more), both whole numbers\n',
  );
  process.exit(2);
}
for (const [i, sample] of generate(templates, count, seed).entries()) {
  process.stdout.write(`${JSON.stringify({ id: `grammar-${seed}-${i + 1}`, ...sample })}\n`);
}
