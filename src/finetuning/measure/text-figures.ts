import { foldedWords, recitableWords } from '../../corpus/words.ts';
import type { GenerationResult } from '../../engine/engine.ts';
import { distinct, repetition } from '../../lib/diversity.ts';

/** What can be counted in a set of jokes without understanding them. Shares are 0 to 1. */
export interface TextFigures {
  /** Share of distinct word n-grams among all n-grams of all texts (Li et al. 2016, arXiv:1510.03055). */
  distinct1: number;
  distinct2: number;
  distinct3: number;
  /** Mean share of a text's 4-grams that already occurred in it: 0 for none, toward 1 for a loop. */
  repetition: number;
  /** Mean number of lines that begin with a dash. */
  dialogueTurns: number;
  /** Share of texts with a question. */
  questions: number;
  medianWords: number;
}

export function textFigures(texts: readonly string[]): TextFigures {
  const words = texts.map(foldedWords);
  const mean = (values: readonly number[]) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    distinct1: distinct(words, 1) ?? 0,
    distinct2: distinct(words, 2) ?? 0,
    distinct3: distinct(words, 3) ?? 0,
    repetition: mean(words.map(repetition)),
    dialogueTurns: mean(
      texts.map((text) => text.split('\n').filter((line) => /^\s*[-–—]/.test(line)).length),
    ),
    questions: mean(texts.map((text) => Number(text.includes('?')))),
    medianWords: median(texts.map((text) => text.split(/\s+/).filter((word) => word !== '').length)),
  };
}

/** Figures of a model's own jokes. Shares are 0 to 1. */
export interface JokeFigures extends TextFigures {
  /** Jokes that ended by themselves, within the token limit. */
  selfEnding: number;
  /** Jokes that repeat 8 consecutive words of a known one. */
  recited: number;
}

export function jokeFigures(
  told: readonly Pick<GenerationResult, 'text' | 'finish'>[],
  known: readonly string[],
): JokeFigures {
  const texts = told.map(({ text }) => text);
  return {
    ...textFigures(texts),
    selfEnding: told.filter(({ finish }) => finish === 'end').length / Math.max(1, told.length),
    recited: recitedShare(texts, known),
  };
}

/** Share of `texts` that repeat 8 consecutive words of one of `sources`, ignoring case, accents and punctuation. */
export function recitedShare(texts: readonly string[], sources: readonly string[]): number {
  if (texts.length === 0) return 0;
  const known = new Set(sources.flatMap(recitableWords));
  const recited = texts.filter((text) => recitableWords(text).some((words) => known.has(words)));
  return recited.length / texts.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
}
