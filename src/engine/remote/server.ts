import { z } from 'zod';
import { anySignal } from '../../lib/any-signal.ts';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { type Chunk, faultOf, readChunk } from './answer.ts';
import { eventsOf } from './events.ts';

export interface ServerOptions {
  /** Up to and with `/v1`, without a trailing slash (`ENGINE`). */
  url: string;
  /** `ENGINE_API_KEY`. */
  key?: string | undefined;
  /** Milliseconds without a single byte after which a request has failed (`ENGINE_PATIENCE`). Default 15 s. */
  patience?: number;
}

/** A failure that may be over soon: it is worth trying again. */
export class Passing extends Error {
  /** Milliseconds to wait at least, if the server says. */
  readonly wait: number;

  constructor(message: string, wait = 0) {
    super(message);
    this.wait = wait;
  }
}

/** It has said nothing for as long as we have patience: somebody has waited all that time. */
export class Silent extends Passing {}

/** What every server takes. */
export interface Completion {
  model: string;
  prompt: string;
  max_tokens: number;
  temperature: number;
  top_p: number;
  seed: number;
  stop: string[];
}

export interface Server {
  /** The models it has; undefined if it does not list them. */
  models(signal: AbortSignal): Promise<ServedModel[] | undefined>;
  /**
   * Streams an answer to a request with `extras` from beyond OpenAI's protocol. Ends after its last chunk; leaving the
   * loop cancels the request. Rejects with `Passing`, or with a `ChispaError`: `engine-key` (401, 403), `Refused` (what
   * is asked is wrong: any other 4xx).
   */
  complete(request: Completion, extras: object, signal: AbortSignal): AsyncGenerator<Chunk>;
}

const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      max_model_len: z.number().int().positive().nullish(), // vLLM
    }),
  ),
});
export interface ServedModel {
  id: string;
  /** In tokens, if the server says. */
  context?: number;
}

/** Longest sentence of a server to repeat, in characters. */
const LONGEST_FAULT = 300;
/** Characters of a prompt by which a quotation is known. */
const QUOTE = 16;
/** Longest answer that is not a stream, in bytes. */
const LONGEST_BODY = 4_000_000;
const PATIENCE_MS = 15_000;
/** A server that asks for a longer pause is not waited for. */
const LONGEST_WAIT_MS = 10_000;

/** A server of OpenAI's completions protocol, as vLLM, llama.cpp, TGI and Ollama have it. */
export function createServer({ url, key, patience = PATIENCE_MS }: ServerOptions): Server {
  const headers = { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) };

  /** Answers with the response and its bytes, as long as they keep coming. */
  async function ask(
    path: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<{ response: Response; bytes: AsyncIterable<Uint8Array>; done: () => void }> {
    const quiet = new AbortController();
    const over = new AbortController();
    const ending = anySignal([signal, quiet.signal, over.signal]);
    const timer = setTimeout(() => quiet.abort(), patience);
    const done = () => {
      clearTimeout(timer);
      over.abort();
      ending.release();
    };
    const asPassing = (error: unknown): unknown => {
      if (signal.aborted) return signal.reason;
      if (quiet.signal.aborted) return new Silent(`it has said nothing for ${patience / 1000} s`);
      return error instanceof Passing ? error : new Passing(reasonOf(error));
    };
    try {
      const response = await fetch(`${url}${path}`, {
        headers,
        signal: ending.signal,
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      timer.refresh();
      return { response, bytes: chunks(response), done };
    } catch (error) {
      done();
      throw asPassing(error);
    }

    async function* chunks({ body: stream }: Response): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of stream ?? []) {
          timer.refresh();
          yield chunk;
        }
      } catch (error) {
        throw asPassing(error);
      }
    }
  }

  /** What went wrong, in the server's words, unless they quote the prompt: what people type stays out of the log. */
  async function refusal(response: Response, bytes: AsyncIterable<Uint8Array>, prompt = ''): Promise<Error> {
    const { status } = response;
    const said = await textOf(bytes).catch(() => '');
    const fault = faultOf(jsonOf(said)) ?? said.trim();
    const quotes = [prompt.slice(0, QUOTE), prompt.slice(-QUOTE)].some(
      (part) => part && fault.includes(part),
    );
    const what = `${status}${fault === '' || quotes ? '' : `: ${clip(fault)}`}`;
    if (status === 408 || status === 425 || status === 429 || status >= 500)
      return new Passing(`it answers ${what}`, waitOf(response.headers.get('retry-after')));
    if (status === 401 || status === 403)
      return new ChispaError('engine-key', `The server at ${url} asks for a key: set ENGINE_API_KEY.`);
    return new Refused(url, what);
  }

  return {
    async models(signal) {
      const { response, bytes, done } = await ask('/models', undefined, signal);
      try {
        if (response.status === 404 || response.status === 405) return undefined;
        if (!response.ok) throw await refusal(response, bytes);
        const parsed = modelsSchema.safeParse(jsonOf(await textOf(bytes)));
        if (!parsed.success)
          throw new ChispaError(
            'engine-foreign',
            `${url}/models does not answer like an OpenAI-compatible server. Does ENGINE end with /v1?`,
          );
        return parsed.data.data.map(({ id, max_model_len: context }) => ({
          id,
          ...(context && { context }),
        }));
      } finally {
        done();
      }
    },

    async *complete(request, extras, signal) {
      const body = { ...request, ...extras, stream: true };
      const { response, bytes, done } = await ask('/completions', body, signal);
      try {
        if (!response.ok) throw await refusal(response, bytes, request.prompt);
        const streams = response.headers.get('content-type')?.includes('text/event-stream');
        const events = streams ? eventsOf(bytes) : [await textOf(bytes)];
        for await (const data of events) {
          if (data === '[DONE]') return;
          yield read(data);
        }
      } finally {
        done();
      }
    },
  };
}

/** What is asked is wrong: to ask again would not help. */
export class Refused extends ChispaError {
  constructor(url: string, what: string) {
    super('engine-refused', `The server at ${url} refuses the request (${what}).`);
  }
}

function read(data: string): Chunk {
  try {
    return readChunk(data);
  } catch (error) {
    throw new Passing(`its answer is broken: ${clip(messageOf(error))}`);
  }
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of bytes) {
    length += part.length;
    if (length > LONGEST_BODY) throw new Passing(`its answer is longer than ${LONGEST_BODY} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // then it is not of the protocol
  }
}

/** `fetch` hides what happened to a connection in the cause of its error. */
const reasonOf = (error: unknown): string =>
  messageOf(error instanceof Error && error.cause ? error.cause : error);

const clip = (text: string): string =>
  text.length > LONGEST_FAULT ? `${text.slice(0, LONGEST_FAULT)}…` : text;

/** Of `Retry-After` in seconds; a date is not waited for. */
const waitOf = (header: string | null): number =>
  /^\d{1,6}$/.test(header ?? '') ? Math.min(LONGEST_WAIT_MS, Number(header) * 1000) : 0;
