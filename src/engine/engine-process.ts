import { ChispaError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type {
  EngineOptions,
  GenerateOptions,
  GenerationResult,
  InspectedStep,
  LoadedModel,
  RowRequest,
  TokensRequest,
} from './engine.ts';
import type { Answer, FromChild, Question } from './protocol.ts';
import { createSupervisor } from './supervisor.ts';

export interface EngineProcessOptions extends EngineOptions {
  /** Priority of the process as `os.setPriority` takes it, 19 the lowest. Default: that of its parent. */
  niceness?: number;
  log: Logger;
}

/** A process for one model, which it is given once. */
export interface EngineProcess {
  /** `lost`: called when the process has died and the model cannot be loaded again; nothing can be asked from then on. */
  load(model: string, lost: () => void): Promise<LoadedModel>;
  generate(request: RowRequest, options?: GenerateOptions): Promise<GenerationResult>;
  inspect(request: TokensRequest): Promise<InspectedStep[]>;
  /** Process id, while there is a process. */
  pid(): number | undefined;
  /** Ends the process; what has not been answered is rejected. */
  close(): Promise<void>;
}

/** A question that has not been answered yet. */
interface Pending {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
  options: GenerateOptions;
  /** Characters of text handed out, and those the present process has sent: a redone request says them again. */
  delivered: number;
  received: number;
  /** Deaths of the process since this question last made progress. */
  deaths: number;
}

/** A question during which the process dies more often than this in a row is taken for the cause. */
const DEATHS_ALLOWED = { load: 1, generate: 4, inspect: 1 } as const;

/**
 * Starts a process and keeps it alive: when it dies, it is started again, its model is loaded and running requests are
 * done anew with the same seed, which gives the same text. Rejects with `engine-failed` when it cannot be started at all.
 */
export async function startEngineProcess({
  log,
  niceness,
  ...engineOptions
}: EngineProcessOptions): Promise<EngineProcess> {
  const pending = new Map<number, Pending>();
  /** The model that each further process is to have too, once the first has had it. */
  let kept: { model: string; lost: () => void } | undefined;
  /** The present process has the model. */
  let serving = false;
  let nextId = 0;

  const supervisor = createSupervisor({
    niceness,
    log,
    receive,
    ready: submitPending,
    died() {
      serving = false;
      for (const [id, it] of pending) {
        it.deaths += 1;
        if (it.deaths > DEATHS_ALLOWED[it.question.type]) settle(id)?.reject(diedError());
      }
      reload();
    },
  });

  function enqueue(question: Question, options: GenerateOptions = {}): Promise<Answer> {
    const id = nextId++;
    const cancel = () => supervisor.send({ type: 'cancel', id });
    options.signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<Answer>((resolve, reject) => {
      const it = { question, resolve, reject, options, delivered: 0, received: 0, deaths: 0 };
      pending.set(id, it);
      if (isHeard(question)) submit(id, it);
    }).finally(() => options.signal?.removeEventListener('abort', cancel));
  }

  const isHeard = ({ type }: Question): boolean => (type === 'load' ? supervisor.isReady() : serving);

  function submitPending(): void {
    for (const [id, it] of pending) if (isHeard(it.question)) submit(id, it);
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

  async function ask(question: Question, options?: GenerateOptions): Promise<Answer> {
    if (supervisor.isStopped()) throw closedError();
    return enqueue(question, options);
  }

  async function close(error: unknown): Promise<void> {
    const stopped = supervisor.stop();
    for (const id of [...pending.keys()]) settle(id)?.reject(error);
    await stopped;
  }

  async function bring(model: string): Promise<LoadedModel> {
    const loaded = (await ask({ type: 'load', model, options: engineOptions })) as LoadedModel;
    serving = true;
    submitPending();
    return loaded;
  }

  function reload(): void {
    const loading = [...pending.values()].some(({ question }) => question.type === 'load');
    if (!kept || loading) return;
    const { model, lost } = kept;
    bring(model).catch((error) => {
      if (supervisor.isStopped()) return;
      log.error({ model, err: error }, 'A model that was loaded cannot be loaded again');
      void close(error);
      lost();
    });
  }

  await supervisor.start();
  // The child answers each question with the answer of its type.
  return {
    async load(model, lost) {
      const loaded = await bring(model);
      kept = { model, lost };
      return loaded;
    },
    generate: async (request, options) =>
      (await ask({ type: 'generate', request }, options)) as GenerationResult,
    inspect: async (request) => (await ask({ type: 'inspect', request })) as InspectedStep[],
    pid: () => supervisor.pid(),
    close: () => close(closedError()),
  };
}

const closedError = () => new ChispaError('engine-closed', 'The engine has been closed.');
const diedError = () =>
  new ChispaError('engine-died', 'The engine process died again and again while it worked on this.');
