import { z } from 'zod';
import type { Thought } from '../engine.ts';

/** One chunk of an answer, as the published protocol has it (https://platform.openai.com/docs/api-reference/completions). */
export interface Chunk {
  /** The new text; empty while a character is incomplete. */
  text: string;
  /** Its tokens, if the server says; how many there are is otherwise unknown. */
  thoughts: Thought[];
  /** `stop`: at an end token or a stop string. */
  finish: 'stop' | 'length' | undefined;
}

const number = z.number().nullish();
/** Completions: parallel lists, and a record of the likeliest tokens for each. */
const lists = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(number),
  top_logprobs: z.array(z.record(z.string(), number).nullish()).nullish(),
});
const weighed = z.object({ token: z.string(), logprob: number });
/** The form of chats, which llama.cpp's server also gives completions. */
const content = z.object({ content: z.array(weighed.extend({ top_logprobs: z.array(weighed).nullish() })) });

const chunkSchema = z.object({
  choices: z.array(
    z.object({
      text: z.string().nullish(),
      finish_reason: z.string().nullish(),
      logprobs: z.union([lists, content]).nullish().catch(undefined), // a form nobody knows is none
    }),
  ),
});

/** Reads a chunk. Throws what is wrong with it: not JSON, not of the protocol, or an error of the server. */
export function readChunk(data: string): Chunk {
  const json: unknown = JSON.parse(data);
  const fault = faultOf(json);
  if (fault !== undefined) throw new Error(fault);
  const choice = chunkSchema.parse(json).choices[0]; // the last chunk may have only statistics
  const { text, finish_reason: reason, logprobs } = choice ?? {};
  return {
    // An incomplete character is no text: it is written again.
    text: (text ?? '').replaceAll('\uFFFD', ''),
    thoughts: logprobs ? thoughtsOf(logprobs) : [],
    finish: reason ? (reason === 'length' ? 'length' : 'stop') : undefined,
  };
}

const errorSchema = z.union([
  z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) }),
  z.object({ object: z.literal('error'), message: z.string() }),
]);

/** What a server says is wrong, in any of the forms that are in use. */
export function faultOf(json: unknown): string | undefined {
  const parsed = errorSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const said = 'error' in parsed.data ? parsed.data.error : parsed.data;
  return typeof said === 'string' ? said : said.message;
}

function thoughtsOf(logprobs: z.infer<typeof lists> | z.infer<typeof content>): Thought[] {
  if ('content' in logprobs)
    return logprobs.content.map(({ token, logprob, top_logprobs }) =>
      thought(
        token,
        logprob,
        (top_logprobs ?? []).map((one) => [one.token, one.logprob]),
      ),
    );
  return logprobs.tokens.map((token, i) =>
    thought(token, logprobs.token_logprobs[i], Object.entries(logprobs.top_logprobs?.[i] ?? {})),
  );
}

function thought(
  token: string,
  logprob: number | null | undefined,
  top: readonly (readonly [string, number | null | undefined])[],
): Thought {
  // PostgreSQL stores neither NUL nor half of a surrogate pair.
  const weigh = (text: string, log: number | null | undefined) => ({
    text: text.replace(/[\0\p{Surrogate}]/gu, ''),
    p: Math.exp(Math.min(0, log ?? -Infinity)),
  });
  return {
    chosen: weigh(token, logprob),
    choices: top.map(([text, log]) => weigh(text, log)).sort((a, b) => b.p - a.p),
  };
}
