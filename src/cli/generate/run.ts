import { randomInt } from 'node:crypto';
import type { GenerationResult, Prompt } from '../../engine/engine.ts';
import { type ExplainedStep, explain } from '../../engine/explain.ts';
import { distinct, repetition } from '../../lib/diversity.ts';
import { InterruptedError } from '../../lib/errors.ts';
import { describeModel } from '../../models/describe.ts';
import { loadTokenizer, type Tokenizer } from '../../models/tokenizer.ts';
import { type OpenEngine, openEngine } from '../open/engine.ts';
import { openText } from '../open/text.ts';
import { stepsCsv, stepsTable } from './explain.ts';
import { type GenerateFlags, type GenerateOptions, optionsOf } from './options.ts';
import { sideBySide } from './side-by-side.ts';

/** One of the texts that `--samples` and several values of `--epsilon` ask for. */
interface Sample {
  epsilon: number;
  seed: number;
  result: GenerationResult;
  /** Only with `--explain`. */
  steps?: ExplainedStep[];
}

const MAX_SLOTS = 8;

/** Generates what `chispa generate` was asked for and prints it. All texts are decoded in one batch. */
export async function generate(
  argument: string | undefined,
  flags: GenerateFlags,
  decoderIsDefault: boolean,
): Promise<void> {
  const options = optionsOf(flags, decoderIsDefault);
  const text = await openText(argument);
  const count = options.epsilons.length * options.samples;
  const open = await openEngine({ ...options, slots: Math.min(count, MAX_SLOTS) });
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  process.once('SIGINT', interrupt);
  try {
    const prompt = await promptFor(open.loaded.model, text);
    const tokenizer = options.explain > 0 ? await loadTokenizer(open.loaded.model) : undefined;
    const first = options.seed ?? randomInt(0, 2 ** 32);
    const streams = count === 1 && options.format === 'text';
    if (streams) process.stdout.write(text);
    const write = (increment: string) => void process.stdout.write(increment);
    const pending = options.epsilons.flatMap((epsilon) =>
      Array.from({ length: options.samples }, async (_, i): Promise<Sample> => {
        const seed = (first + i) % 2 ** 32;
        const settings = { ...options.settings, epsilon };
        const result = await open.engine.generate(
          { model: open.loaded.model, prompt, settings, seed },
          { signal: stop.signal, ...(streams ? { onText: write } : {}) },
        );
        const steps = tokenizer && (await explained(open, result, options.explain, tokenizer));
        return { epsilon, seed, result, ...(steps ? { steps } : {}) };
      }),
    );
    // They are awaited in order; until then a failure of a later one must not count as unhandled.
    for (const sample of pending) sample.catch(() => undefined);
    const sweep = options.epsilons.length > 1;
    if (sweep && options.format === 'text') printSweep(text, await Promise.all(pending));
    else
      for (const [i, sample] of pending.entries())
        print(text, await sample, options, { name: open.loaded.name, count, sweep, isFirst: i === 0 });
    if ((await pending[0])?.result.promptCut)
      process.stderr.write(
        `Only the last part of the text fits the model's ${open.loaded.context} tokens.\n`,
      );
    if (stop.signal.aborted) throw new InterruptedError('Interrupted.');
  } finally {
    process.removeListener('SIGINT', interrupt);
    await open.engine.close();
  }
}

/** A model that knows themes has been trained on texts that begin with the token that documents begin with. */
async function promptFor(model: string, text: string): Promise<Prompt> {
  const recipe = (await describeModel(model)).manifest?.prompt;
  const marked = recipe !== undefined && (recipe.kind ?? 'plain') === 'plain' && recipe.theme !== undefined;
  return { kind: marked ? 'continue' : 'text', text };
}

async function explained(
  { engine, loaded }: OpenEngine,
  result: GenerationResult,
  top: number,
  tokenizer: Tokenizer,
) {
  const tokens = [...result.promptTokens, ...result.tokens];
  const from = result.promptTokens.length;
  return explain(tokens, await engine.inspect({ model: loaded.model, tokens, from, top }), tokenizer);
}

function print(
  text: string,
  { epsilon, seed, result, steps }: Sample,
  { format }: GenerateOptions,
  { name, count, sweep, isFirst }: { name: string; count: number; sweep: boolean; isFirst: boolean },
): void {
  if (format === 'json') {
    const { tokens, finish } = result;
    const labels = { seed, model: name, ...(sweep ? { epsilon, ...figuresOf([tokens]) } : {}) };
    process.stdout.write(
      `${JSON.stringify({ text: text + result.text, tokens, finish, ...labels, ...(steps ? { steps } : {}) })}\n`,
    );
  } else if (format === 'csv') {
    process.stdout.write(stepsCsv(steps ?? [], { ...(sweep ? { epsilon } : {}), seed }, { header: isFirst }));
  } else {
    process.stdout.write(count === 1 ? '\n' : `── seed ${seed}\n${text}${result.text}\n\n`);
    if (steps) process.stdout.write(`\n${stepsTable(steps)}\n`);
  }
}

/** One column for each ε: its first text, and figures over all its texts. */
function printSweep(text: string, samples: readonly Sample[]): void {
  const columns = [...new Set(samples.map(({ epsilon }) => epsilon))].map((epsilon) => {
    const own = samples.filter((sample) => sample.epsilon === epsilon);
    const figures = figuresOf(own.map(({ result }) => result.tokens));
    const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
    return {
      heading: `ε = ${epsilon}${epsilon >= 1 ? ' (greedy)' : epsilon <= 0 ? ' (sampling)' : ''}`,
      text: text + (own[0]?.result.text ?? ''),
      figures: [
        `distinct-1 ${percent(figures.distinct1)}`,
        `distinct-2 ${percent(figures.distinct2)}`,
        `repeated ${percent(figures.repetition)}`,
      ],
    };
  });
  process.stdout.write(`${sideBySide(columns, process.stdout.columns ?? 120)}\n`);
  const seeds = [...new Set(samples.map(({ seed }) => seed))];
  process.stdout.write(
    `\nSeed ${seeds[0]}${seeds.length > 1 ? ` to ${seeds.at(-1)}; figures over ${seeds.length} texts each` : ''}. distinct-n: different n-grams of all; repeated: 4-grams that stood there before.\n`,
  );
}

function figuresOf(texts: readonly (readonly number[])[]) {
  const mean = (of: (tokens: readonly number[]) => number) =>
    texts.reduce((sum, tokens) => sum + of(tokens), 0) / Math.max(1, texts.length);
  return {
    distinct1: mean((tokens) => distinct([tokens], 1) ?? 1),
    distinct2: mean((tokens) => distinct([tokens], 2) ?? 1),
    repetition: mean(repetition),
  };
}
