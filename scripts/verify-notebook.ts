import { parseArgs } from 'node:util';
import { openEngine } from '../src/cli/open/engine.ts';
import { columns } from '../src/cli/output/text.ts';
import { loadConfig } from '../src/config.ts';
import { NEUTRAL_DEFAULTS } from '../src/lib/settings.ts';
import { listModels } from '../src/models/registry.ts';
import { loadTokenizer } from '../src/models/tokenizer.ts';
import { compareWithNotebook, GREEDY_TOKENS, PROMPT } from './notebook-figures.ts';

// Compares an imported DeepESP/gpt2-spanish with the figures published in the source notebook.
// Usage: npm run verify:notebook [-- --model NAME --precision fp32|q8|q4]

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'gpt2-spanish' },
    precision: { type: 'string', default: 'fp32' },
  },
});
const { model } = values;
const precision = (['fp32', 'q8', 'q4'] as const).find((name) => name === values.precision);
if (!precision) throw new Error(`--precision must be fp32, q8 or q4, not ${values.precision}.`);

if ((await listModels(loadConfig())).some(({ name }) => name === model)) await compare(model, precision);
else
  console.log(
    `The model ${model} is not imported here, so there is nothing to compare. Import it with:\n  npx chispa model import DeepESP/gpt2-spanish`,
  );

async function compare(name: string, precision: 'fp32' | 'q8' | 'q4'): Promise<void> {
  const { engine, loaded } = await openEngine({ model: name, precision, slots: 1 });
  try {
    const tokenizer = await loadTokenizer(loaded.model);
    const tokens = tokenizer.encode(PROMPT);
    const [step] = await engine.inspect({
      model: loaded.model,
      tokens,
      from: tokens.length,
      top: 200,
    });
    const choices = (step?.choices ?? []).map(({ id, p }) => ({ text: tokenizer.tokenText(id), p }));
    const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy' as const, maxTokens: GREEDY_TOKENS };
    const prompt = { kind: 'text' as const, text: PROMPT };
    const { text } = await engine.generate({ model: loaded.model, prompt, settings, seed: 0 });
    const comparisons = compareWithNotebook(choices, text);
    const rows = comparisons.map(({ what, published, own, same }) => [
      same ? 'same' : 'DIFFERS',
      what,
      published,
      own,
    ]);
    console.log(columns([['', '', 'notebook', `${name}, ${precision}`], ...rows]));
    if (comparisons.some(({ same }) => !same)) process.exitCode = 1;
  } finally {
    await engine.close();
  }
}
