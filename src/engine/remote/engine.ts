import { createHash } from 'node:crypto';
import { anySignal } from '../../lib/any-signal.ts';
import { ChispaError } from '../../lib/errors.ts';
import { houseRecipe } from '../../prompt/few-shot.ts';
import type { Recipe } from '../../prompt/recipe.ts';
import type { EngineClient } from '../client.ts';
import type { FinishReason, GenerationRequest, GenerationResult, LoadedModel, Thought } from '../engine.ts';
import { createRow, type Row, type RowResult } from '../row.ts';
import type { EngineLog } from '../session.ts';
import { type Extras, extrasOf, harmless, runAt } from './asking.ts';
import { createPieces, END } from './pieces.ts';
import { createRetries, patiently } from './retries.ts';
import {
  type Completion,
  createServer,
  Passing,
  Refused,
  type ServedModel,
  type ServerOptions,
} from './server.ts';

export interface RemoteEngineOptions extends ServerOptions {
  /** The model's name on the server (`MODEL`); default its only one. */
  model?: string | undefined;
  log: EngineLog;
  /** Milliseconds before the first retry, then twice as long each time. Default 500. */
  retryDelay?: number;
}

export interface RemoteEngine extends EngineClient {
  /** The address of the model that was chosen at the start. */
  readonly model: string;
}

/** The tokens whose thoughts are kept. */
const THOUGHTS = 10;
/** Context of a server that does not say: any modern model's. In tokens. */
const CONTEXT = 2048;

/**
 * A model on an OpenAI-compatible server (vLLM, llama.cpp, TGI, Ollama), asked with text: the house's examples stand before
 * each joke. An adapter is asked for as a model of its folder's name. After a failure, the text goes on from where it was.
 *
 * @throws ChispaError if the server cannot be reached or does not have the model.
 */
export async function startRemoteEngine(options: RemoteEngineOptions): Promise<RemoteEngine> {
  const { url, log } = options;
  const server = createServer(options);
  const recipe = houseRecipe();
  const closing = new AbortController();
  const loaded = new Map<string, LoadedModel>();
  const addressOf = (name: string): string => `${url}/models/${encodeURIComponent(name)}`;
  const counted = new Map<string, { rows: number; decodedTokens: number }>();
  /** Whether the server refuses what is not in OpenAI's protocol. */
  let strict = false;

  const refuseIfClosed = (): void => {
    if (closing.signal.aborted) throw new ChispaError('engine-closed', 'The engine has been closed.');
  };

  async function open(name: string): Promise<LoadedModel> {
    const listed = await patiently(() => server.models(closing.signal), closing.signal, options);
    const found = modelNamed(name, listed, url);
    const model = addressOf(name);
    const one: LoadedModel = {
      model,
      name: (name.split('/').pop() || name).replace(/[^\w.-]/g, '-').slice(0, 100),
      sha256: createHash('sha256').update(model).digest('hex'),
      context: found?.context ?? CONTEXT,
      takesTheme: true,
      files: {},
      precision: 'server',
      provider: 'server',
      runtimeVersion: '',
    };
    loaded.set(model, one);
    counted.set(model, { rows: 0, decodedTokens: 0 });
    return one;
  }

  /**
   * Writes a row's text until it ends. ε-greedy is a coin for each token, so its text is written in runs of tokens whose coins
   * fell alike.
   */
  async function write(row: Row, written: Written, signal: AbortSignal): Promise<FinishReason> {
    const { request, model, prompt, count, stop, tokenId } = written;
    const { maxTokens } = request.settings;
    let text = '';
    let step = 0;
    const failed = createRetries(options);
    while (step < maxTokens) {
      const run = runAt(request, step);
      const from = step;
      try {
        const completion: Completion = {
          model,
          prompt: `${prompt}${text}`,
          max_tokens: run.tokens,
          ...(run.greedy
            ? { temperature: 0, top_p: 1 }
            : { temperature: request.settings.temperature, top_p: request.settings.topP }),
          // llama.cpp takes 2³² − 1 for any seed.
          seed: ((request.seed + from * 0x9e3779b9) >>> 0) % 0xffff_ffff,
          stop,
        };
        const extras = extrasOf(request, run.greedy, from);
        let finish: 'stop' | 'length' | undefined;
        for await (const chunk of answers(completion, extras, signal)) {
          written.thoughts.push(...chunk.thoughts.slice(0, THOUGHTS - written.thoughts.length));
          const told = chunk.thoughts.map(({ chosen }) => chosen.text);
          const pieces = told.join('') === chunk.text ? told : [chunk.text];
          step += Math.max(1, chunk.thoughts.length);
          for (const piece of pieces.filter((one) => one !== '')) {
            text += piece;
            count();
            const end = row.accept(tokenId(piece));
            if (end) return end;
          }
          finish = chunk.finish ?? finish;
          if (finish) break;
        }
        if (finish === 'stop') return row.accept(END) ?? 'end';
        if (finish === undefined) throw new Passing('its answer broke off');
        step = from + run.tokens;
      } catch (error) {
        if (signal.aborted || error instanceof ChispaError) throw error;
        await failed(error, signal);
      }
    }
    return 'length';
  }

  /**
   * Streams an answer, with what goes beyond OpenAI's protocol unless the server refuses it. Rejects as `engine-lacks` if then
   * a setting could not be kept.
   */
  async function* answers(completion: Completion, extras: Extras, signal: AbortSignal) {
    if (!strict) {
      try {
        yield* server.complete(completion, extras.all, signal);
        return;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
      }
    }
    const answer = server.complete(completion, {}, signal);
    const first = await answer.next(); // it is what we ask beyond the protocol that was refused, if this is not
    if (!strict) log.warn(`The server at ${url} takes only what OpenAI's protocol has.`);
    strict = true;
    if (extras.needed.length > 0) {
      await answer.return(undefined);
      throw new ChispaError(
        'engine-lacks',
        `The server at ${url} does not know ${extras.needed.join(' and ')}: switch that off with /ajustar.`,
      );
    }
    if (!first.done) yield first.value;
    yield* answer;
  }

  async function generate(
    request: GenerationRequest,
    { onText, signal }: { onText?: (increment: string) => void; signal?: AbortSignal } = {},
  ): Promise<GenerationResult> {
    refuseIfClosed();
    const served = loaded.get(request.model);
    if (!served) throw notServed(request.model, url);
    const late = new AbortController();
    const left = request.timeLimit ?? Number.POSITIVE_INFINITY;
    if (left <= 0) late.abort();
    const timer = setTimeout(() => late.abort(), Math.max(0, Math.min(left, 2 ** 31 - 1)));
    const stopped = anySignal([closing.signal, late.signal, ...(signal ? [signal] : [])]);
    const stopping = stopped.signal;
    const counts = counted.get(request.model);
    if (counts) counts.rows++;
    try {
      const thoughts: Thought[] = [];
      const result = await new Promise<RowResult>((resolve, reject) => {
        const tokenizer = createPieces();
        const config = { start: END, eos: END, ends: [END], positions: served.context, width: 0 };
        const { embed: _, adapter, ...asked } = { ...request, prompt: harmless(request.prompt) };
        const folder = { config, tokenizer, manifest: { prompt: recipe as Recipe } };
        const row = createRow(0, asked, { folder, onText, signal, resolve, reject });
        row.admitted();
        const written: Written = {
          request,
          model: adapter === undefined ? nameIn(request.model) : lastPart(adapter),
          prompt: tokenizer.decode(row.prompt),
          // The row finds the request's own stop strings, so that it knows which of them ended the text.
          stop: request.prompt.kind === 'text' ? [] : [recipe.separator],
          tokenId: (piece) => tokenizer.idOf(piece) ?? END,
          thoughts,
          count: () => {
            if (counts) counts.decodedTokens++;
          },
        };
        const settle = async (): Promise<void> => {
          try {
            stopping.throwIfAborted();
            row.finish(await write(row, written, stopping));
          } catch (error) {
            if (signal?.aborted) row.finish('cancelled');
            else if (late.signal.aborted) row.finish('deadline');
            else row.fail(closing.signal.aborted ? closed() : error);
          }
        };
        void settle();
      });
      return {
        ...result,
        provider: 'server',
        promptTokens: [],
        tokens: [],
        ...(thoughts.length > 0 && { thoughts }),
      };
    } finally {
      clearTimeout(timer);
      stopped.release();
      if (counts) counts.rows--;
    }
  }

  const name = options.model ?? (await onlyModel());
  async function onlyModel(): Promise<string> {
    const listed = await patiently(() => server.models(closing.signal), closing.signal, options);
    const [only, ...others] = listed ?? [];
    if (only && others.length === 0) return only.id;
    throw new ChispaError(
      'config',
      `MODEL is missing: which of the models at ${url}? It has: ${namesOf(listed)}.`,
    );
  }
  const { model } = await open(name);

  return {
    model,
    async load(address) {
      refuseIfClosed();
      const before = loaded.get(address);
      if (before) return before;
      if (!address.startsWith(addressOf(''))) throw notServed(address, url);
      return open(nameIn(address));
    },
    generate,
    inspect: () => Promise.reject(lacks(url, 'reads no token ids of ours')),
    embed: () => Promise.reject(lacks(url, 'gives no embeddings')),
    measure: async () =>
      [...counted].map(([model, counts]) => ({
        ...{ model, ...counts, decodeRuns: 0, prefillRuns: 0, cacheTokens: 0, cacheCapacity: 0 },
      })),
    isReady: () =>
      server.models(closing.signal).then(
        () => true,
        () => false,
      ),
    pid: () => undefined,
    async close() {
      closing.abort();
    },
  };
}

/** What writing a row's text needs besides the row. */
interface Written {
  request: GenerationRequest;
  /** On the server. */
  model: string;
  prompt: string;
  stop: string[];
  tokenId(piece: string): number;
  thoughts: Thought[];
  count(): void;
}

function modelNamed(
  name: string,
  listed: readonly ServedModel[] | undefined,
  url: string,
): ServedModel | undefined {
  const found = listed?.find(({ id }) => id === name);
  if (found || !listed) return found;
  throw new ChispaError(
    'model-missing',
    `The server at ${url} has no model ${JSON.stringify(name)}: set MODEL to one it has: ${namesOf(listed)}.`,
  );
}

const namesOf = (listed: readonly ServedModel[] | undefined): string =>
  listed?.map(({ id }) => id).join(', ') || 'none that it lists';

const lastPart = (path: string): string => path.split(/[\\/]/).filter(Boolean).pop() ?? path;
const nameIn = (address: string): string => decodeURIComponent(lastPart(address));

const closed = (): ChispaError =>
  new ChispaError('engine-closed', 'The engine was closed before the text was finished.');
const lacks = (url: string, what: string): ChispaError =>
  new ChispaError('engine-lacks', `The server at ${url} ${what}.`);
const notServed = (model: string, url: string): ChispaError =>
  new ChispaError(
    'model-elsewhere',
    `${model} is not at ${url}: with ENGINE set, a generator tells with that server's models alone.`,
  );
