import { ChispaError, messageOf } from '../lib/errors.ts';
import type { EngineOptions } from './engine.ts';
import { type LocalEngine, openLocalEngine } from './local-engine.ts';
import type { Answer, FromChild, Question, ToChild } from './protocol.ts';

/**
 * A model's own process: onnxruntime holds its thread while it loads or computes, and may abort the process. Its parent
 * says when to end; without a parent it ends by itself. A terminal's Ctrl-C, or a service manager's SIGTERM to the whole
 * group, reaches the parent too, which still wants its rows finished or redone.
 */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

let engine: Promise<LocalEngine> | undefined;
const cancellations = new Map<number, AbortController>();

const send = (message: FromChild): void => {
  if (process.connected) process.send?.(message);
};

/**
 * Milliseconds between two messages of text. Each message costs both processes time that the model could have, and nobody
 * reads faster.
 */
const TEXT_INTERVAL = 25;
/** Text that has not been sent yet, by question. */
const texts = new Map<number, string>();
let sentAt = 0;
let timer: NodeJS.Timeout | undefined;

function sendText(id: number, text: string): void {
  texts.set(id, (texts.get(id) ?? '') + text);
  timer ??= setTimeout(sendTexts, Math.max(0, sentAt + TEXT_INTERVAL - performance.now()));
}

function sendTexts(): void {
  clearTimeout(timer);
  timer = undefined;
  sentAt = performance.now();
  send({ type: 'texts', texts: [...texts] });
  texts.clear();
}

async function load(model: string, options: EngineOptions): Promise<Answer> {
  const log = (level: 'info' | 'warn') => (text: string) => send({ type: 'log', level, message: text });
  engine = openLocalEngine(model, { ...options, log: { info: log('info'), warn: log('warn') } });
  return (await engine).loaded;
}

async function answer(id: number, question: Question): Promise<Answer> {
  if (question.type === 'load') return load(question.model, question.options);
  if (!engine) throw new ChispaError('model-not-loaded', 'The process has no model.');
  const { generate, inspect } = await engine;
  if (question.type === 'inspect') return inspect(question.request);
  const cancellation = new AbortController();
  cancellations.set(id, cancellation);
  try {
    return await generate(question.request, {
      onText: (text) => sendText(id, text),
      signal: cancellation.signal,
    });
  } finally {
    cancellations.delete(id);
  }
}

async function receive(message: ToChild): Promise<void> {
  if (message.type === 'close') process.exit(0);
  if (message.type === 'cancel') {
    cancellations.get(message.id)?.abort();
    return;
  }
  const { id, question } = message;
  try {
    const given = await answer(id, question);
    if (texts.has(id)) sendTexts(); // before the answer
    send({ type: 'answer', id, answer: given });
  } catch (error) {
    const code = error instanceof ChispaError ? error.code : 'engine-failed';
    send({ type: 'failure', id, code, message: messageOf(error) });
  }
}

// The parent is our own client: what it sends has the shape of the protocol.
process.on('message', (message) => void receive(message as ToChild));
send({ type: 'ready' });
