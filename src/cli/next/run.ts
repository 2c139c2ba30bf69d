import type { Precision } from '../../engine/engine.ts';
import { openModelFolder } from '../../models/folder.ts';
import { openEngine } from '../open/engine.ts';
import { openText } from '../open/text.ts';
import { columns } from '../output/text.ts';

interface NextOptions {
  top: number;
  model?: string;
  precision: Precision;
  json?: boolean;
}

/** `chispa next`: prints the shapes of ids, logits and probabilities, and the likeliest next tokens in percent. */
export async function next(
  argument: string | undefined,
  { top, model, precision, json = false }: NextOptions,
): Promise<void> {
  const text = await openText(argument);
  const { engine, loaded } = await openEngine({ model, precision, slots: 1 });
  try {
    const { tokenizer, config } = await openModelFolder(loaded.model);
    const encoded = tokenizer.encode(text);
    // The model needs something to read, and its context is limited.
    const tokens = encoded.length === 0 ? [config.start] : encoded.slice(-config.positions);
    if (tokens.length < encoded.length)
      process.stderr.write(`Only the last ${tokens.length} of ${encoded.length} tokens fit the model.\n`);
    const steps = await engine.inspect({ model: loaded.model, tokens, from: tokens.length, top });
    const choices = (steps.at(-1)?.choices ?? []).map(({ id, p }) => ({
      id,
      text: tokenizer.tokenText(id),
      p,
    }));
    const shapes = {
      ids: [1, tokens.length],
      logits: [1, tokens.length, config.vocabSize],
      lastLogits: [config.vocabSize],
      probabilities: [config.vocabSize],
    };
    if (json) {
      process.stdout.write(`${JSON.stringify({ text, tokens, model: loaded.name, shapes, choices })}\n`);
      return;
    }
    const shape = (sizes: readonly number[]) => `[${sizes.join(', ')}]`;
    process.stdout.write(
      `${columns([
        ['ids', shape(shapes.ids)],
        ['logits', shape(shapes.logits)],
        ['logits of the last token', shape(shapes.lastLogits)],
        ['probabilities', shape(shapes.probabilities)],
      ])}\n\n${columns(choices.map(({ id, text: token, p }) => [`${(100 * p).toFixed(2)} %`.padStart(8), JSON.stringify(token), `id ${id}`]))}\n`,
    );
  } finally {
    await engine.close();
  }
}
