import { ChispaError } from '../lib/errors.ts';
import type { ModelFolder } from '../models/folder.ts';
import type { DecoderSession } from './decoder-session.ts';
import type { InspectedStep, TokenChoice, TokensRequest } from './engine.ts';
import type { SchedulerLimits } from './scheduler.ts';

/** Reads `tokens` once and returns the likeliest tokens at each position from `from` on. */
export async function inspectTokens(
  folder: ModelFolder,
  session: DecoderSession,
  { tokens, from, top, adapter }: TokensRequest,
  { bucket, chunk }: SchedulerLimits,
): Promise<InspectedStep[]> {
  const { vocabSize, positions } = folder.config;
  if (!Number.isInteger(from) || from < 1 || from > tokens.length)
    throw new ChispaError(
      'bad-request',
      `The first position to inspect must be 1 to ${tokens.length}, not ${from}.`,
    );
  if (tokens.length > positions)
    throw new ChispaError(
      'bad-request',
      `The model sees ${positions} tokens at once, not ${tokens.length}: inspect a shorter text.`,
    );
  const foreign = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (foreign !== undefined)
    throw new ChispaError('bad-request', `The token ${foreign} is not in the model's vocabulary.`);

  const cache = session.newCache(bucket);
  cache.add();
  const steps: InspectedStep[] = [];
  try {
    for (let start = 0; start < tokens.length; start += chunk) {
      const ids = tokens.slice(start, start + chunk);
      const wanted = ids.map((_, i) => i).filter((i) => start + i + 1 >= from);
      const logits = await session.logits(cache, ids, ids.length, wanted, [adapter]);
      wanted.forEach((i, row) => {
        const position = start + i + 1;
        const p = softmax(logits.subarray(row * vocabSize, (row + 1) * vocabSize));
        const next = tokens[position];
        steps.push({
          position,
          choices: likeliest(p, top),
          ...(next === undefined ? {} : { chosen: choice(p, next) }),
        });
      });
    }
  } finally {
    cache.dispose();
  }
  return steps;
}

/** Up to this count, keeping a sorted list while scanning all tokens once is faster than sorting them all. */
const FEW = 64;

const choice = (p: Float64Array, id: number): TokenChoice => ({ id, p: p[id] ?? 0 });

function softmax(logits: Float32Array): Float64Array {
  const max = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const p = Float64Array.from(logits, (logit) => Math.exp(logit - max));
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((weight) => weight / sum);
}

/** The `count` most probable tokens, in descending order; lower ids first among equals. */
function likeliest(p: Float64Array, count: number): TokenChoice[] {
  if (count > FEW) {
    const ids = Array.from(p.keys()).sort((a, b) => (p[b] ?? 0) - (p[a] ?? 0) || a - b);
    return ids.slice(0, count).map((id) => choice(p, id));
  }
  const best: TokenChoice[] = [];
  for (let id = 0; id < p.length; id++) {
    const candidate = choice(p, id);
    const last = best.at(-1);
    if (best.length >= count && (!last || candidate.p <= last.p)) continue;
    const place = best.findIndex((other) => other.p < candidate.p);
    best.splice(place < 0 ? best.length : place, 0, candidate);
    if (best.length > count) best.pop();
  }
  return best;
}
