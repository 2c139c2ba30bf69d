/** The source notebook's published figures for DeepESP/gpt2-spanish, and how an imported copy compares with them. */

export const PROMPT = 'Había una vez';

/** The likeliest next tokens, in percent with two decimals. */
export const NEXT_TOKENS: readonly (readonly [text: string, percent: number])[] = [
  [' más', 40.87],
  [' que', 10.55],
  [' en', 7.27],
  [',', 4.9],
  [' allí', 0.99],
  [' se', 0.87],
  ['.', 0.82],
  [' dentro', 0.81],
  [' a', 0.78],
  [' al', 0.78],
];

/** Fifteen greedy tokens, after the prompt. */
export const GREEDY = ' más, el hombre que había sido su padre, el que había sido su';
export const GREEDY_TOKENS = 15;

/** Percentage points. The published figures are rounded and come from another runtime: the last digit may differ. */
const TOLERANCE = 0.02;

export interface Comparison {
  what: string;
  published: string;
  own: string;
  same: boolean;
}

/**
 * Compares our run with the published one. `choices` are the likeliest next tokens with their probabilities (0 to 1);
 * equally likely ones may swap places.
 */
export function compareWithNotebook(
  choices: readonly { text: string; p: number }[],
  greedy: string,
): Comparison[] {
  const percentOf = (text: string) => 100 * (choices.find((choice) => choice.text === text)?.p ?? 0);
  return [
    ...NEXT_TOKENS.map(([text, percent]) => ({
      what: `next token ${JSON.stringify(text)}`,
      published: `${percent.toFixed(2)} %`,
      own: `${percentOf(text).toFixed(2)} %`,
      same: Math.abs(percentOf(text) - percent) <= TOLERANCE,
    })),
    {
      what: `greedy, ${GREEDY_TOKENS} tokens`,
      published: PROMPT + GREEDY,
      own: PROMPT + greedy,
      same: greedy === GREEDY,
    },
  ];
}
