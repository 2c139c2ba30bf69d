import type { Tokenizer } from '../models/tokenizer.ts';
import type { InspectedStep, TokenChoice } from './engine.ts';

export interface ExplainedToken {
  id: number;
  text: string;
  /** Under the softmax of the raw logits, before any processor. */
  p: number;
}

/** A row of the source notebook's table. */
export interface ExplainedStep {
  /** The text so far. */
  input: string;
  chosen: ExplainedToken;
  /** The likeliest tokens, in descending order. */
  choices: ExplainedToken[];
}

/**
 * Labels each position that the engine inspected with its text. The position after the last token has no chosen
 * token, and is left out.
 */
export function explain(
  tokens: readonly number[],
  steps: readonly InspectedStep[],
  tokenizer: Pick<Tokenizer, 'decode' | 'tokenText'>,
): ExplainedStep[] {
  const named = ({ id, p }: TokenChoice): ExplainedToken => ({ id, text: tokenizer.tokenText(id), p });
  return steps.flatMap(({ position, choices, chosen }) =>
    chosen
      ? [
          {
            input: tokenizer.decode(tokens.slice(0, position)),
            chosen: named(chosen),
            choices: choices.map(named),
          },
        ]
      : [],
  );
}
