import { ChispaError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type {
  Engine,
  EngineOptions,
  GenerateOptions,
  GenerationResult,
  InspectedStep,
  LoadedModel,
} from './engine.ts';
import type { Answer, FromChild, Question } from './protocol.ts';
import type { EngineStats } from './stats.ts';
import { createSupervisor } from './supervisor.ts';

export interface EngineClient extends Engine {
  stats(): Promise<EngineStats>;
  /** Process id of the child, while there is one. */
  pid(): number | undefined;
}

/** A question that has not been answered yet. */
interface Pending {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
  options: GenerateOptions;
  /** Characters of text handed out, and those the present child has sent: a redone request says them again. */
  delivered: number;
  received: number;
  /** Deaths of the child since this question last made progress. */
  deaths: number;
}

/** A question during which the child dies more often than this in a row is taken for the cause. */
const DEATHS_ALLOWED = { load: 1, generate: 4, inspect: 1, stats: 4 } as const;

/**
 * Starts the engine in a child process of its own and keeps it alive: when it dies, it is started again, its models are
 * loaded and running requests are done anew with the same seed, which gives the same text. Rejects with
 * `engine-failed` when the process cannot be started at all.
 */
export async function startEngine(options: EngineOptions & { log: Logger }): Promise<EngineClient> {
  const { log, ...engineOptions } = options;
  const pending = new Map<number, Pending>();
  /** Models that were loaded, the last one used at the end. */
  const models = new Set<string>();
  let nextId = 0;

  const supervisor = createSupervisor({
    options: engineOptions,
    log,
    receive,
    ready() {
      for (const [id, it] of pending) submit(id, it);
    },
    died() {
      for (const [id, it] of pending) {
        it.deaths += 1;
        if (it.deaths > DEATHS_ALLOWED[it.question.type]) settle(id)?.reject(diedError());
      }
      warm();
    },
  });

  /** The next child loads models as they are asked for; the one used last need not wait for that. */
  function warm(): void {
    const model = [...models].at(-1);
    if (model === undefined || pending.size > 0) return;
    enqueue({ type: 'load', model }, { send: false }).catch((error) => {
      log.error({ model, err: error }, 'A model that was loaded could not be loaded again');
    });
  }

  function use(model: string): void {
    if (!models.delete(model))
      throw new ChispaError('model-not-loaded', `The model ${model} has not been loaded.`);
    models.add(model);
  }

  function enqueue(
    question: Question,
    { options = {}, send }: { options?: GenerateOptions; send: boolean },
  ): Promise<Answer> {
    const id = nextId++;
    const cancel = () => supervisor.send({ type: 'cancel', id });
    options.signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<Answer>((resolve, reject) => {
      const it = { question, resolve, reject, options, delivered: 0, received: 0, deaths: 0 };
      pending.set(id, it);
      if (send) submit(id, it);
    }).finally(() => options.signal?.removeEventListener('abort', cancel));
  }

  function submit(id: number, it: Pending): void {
    it.received = 0;
    supervisor.send({ type: 'ask', id, question: it.question });
    if (it.options.signal?.aborted) supervisor.send({ type: 'cancel', id });
  }

  function settle(id: number): Pending | undefined {
    const it = pending.get(id);
    pending.delete(id);
    return it;
  }

  function receive(message: FromChild): void {
    if (message.type === 'log') log[message.level](message.message);
    else if (message.type === 'texts') for (const [id, text] of message.texts) deliver(id, text);
    else if (message.type === 'answer') settle(message.id)?.resolve(message.answer);
    else if (message.type === 'failure')
      settle(message.id)?.reject(new ChispaError(message.code, message.message));
  }

  function deliver(id: number, text: string): void {
    const it = pending.get(id);
    if (!it) return;
    it.received += text.length;
    const fresh = it.received - it.delivered;
    if (fresh <= 0) return;
    it.deaths = 0;
    it.delivered = it.received;
    it.options.onText?.(text.slice(-fresh));
  }

  async function ask(question: Question, options: GenerateOptions = {}): Promise<Answer> {
    if (supervisor.isStopped()) throw closedError();
    return enqueue(question, { options, send: supervisor.isReady() });
  }

  await supervisor.start();
  // The child answers each question with the answer of its type.
  return {
    async load(model) {
      const loaded = (await ask({ type: 'load', model })) as LoadedModel;
      models.add(model);
      return loaded;
    },
    async generate(request, options) {
      if (!supervisor.isStopped()) use(request.model);
      return (await ask({ type: 'generate', request }, options)) as GenerationResult;
    },
    async inspect(request) {
      if (!supervisor.isStopped()) use(request.model);
      return (await ask({ type: 'inspect', request })) as InspectedStep[];
    },
    stats: async () => (await ask({ type: 'stats' })) as EngineStats,
    pid: () => supervisor.pid(),
    async close() {
      const stopped = supervisor.stop();
      for (const id of [...pending.keys()]) settle(id)?.reject(closedError());
      await stopped;
    },
  };
}

const closedError = () => new ChispaError('engine-closed', 'The engine has been closed.');
const diedError = () =>
  new ChispaError('engine-died', 'The engine process died again and again while it worked on this.');
