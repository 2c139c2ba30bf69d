import { ChispaError, messageOf } from '../lib/errors.ts';
import { createEngine, type LocalEngine } from './create-engine.ts';
import type { Answer, FromChild, Question, ToChild } from './protocol.ts';

/**
 * The engine's own process: onnxruntime holds its thread while it computes, and may abort the process. Its parent
 * says when to end; without a parent it ends by itself. A terminal's Ctrl-C, or a service manager's SIGTERM to the whole
 * group, reaches the parent too, which still wants its rows finished or redone.
 */
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

let engine: LocalEngine | undefined;
const cancellations = new Map<number, AbortController>();

const send = (message: FromChild): void => {
  if (process.connected) process.send?.(message);
};

/**
 * Milliseconds between two messages of text. Each message costs both processes time that the model could have, and nobody
 * reads faster.
 */
const TEXT_INTERVAL = 40;
/** Text that has not been sent yet, by question. */
const texts = new Map<number, string>();
let sentAt = 0;
let timer: NodeJS.Timeout | undefined;

function sendText(id: number, text: string): void {
  texts.set(id, (texts.get(id) ?? '') + text);
  timer ??= setTimeout(sendTexts, sentAt + TEXT_INTERVAL - performance.now());
}

function sendTexts(): void {
  clearTimeout(timer);
  timer = undefined;
  sentAt = performance.now();
  send({ type: 'texts', texts: [...texts] });
  texts.clear();
}

async function answer(engine: LocalEngine, id: number, question: Question): Promise<Answer> {
  if (question.type === 'load') return engine.load(question.model);
  if (question.type === 'inspect') {
    await engine.load(question.request.model);
    return engine.inspect(question.request);
  }
  if (question.type === 'stats') return engine.stats();
  const cancellation = new AbortController();
  cancellations.set(id, cancellation);
  try {
    // The parent has had it loaded, but perhaps by another child, before this one.
    await engine.load(question.request.model);
    return await engine.generate(question.request, {
      onText: (text) => sendText(id, text),
      signal: cancellation.signal,
    });
  } finally {
    cancellations.delete(id);
  }
}

async function receive(message: ToChild): Promise<void> {
  if (message.type === 'start') {
    const log = (level: 'info' | 'warn') => (text: string) => send({ type: 'log', level, message: text });
    engine = createEngine({ ...message.options, log: { info: log('info'), warn: log('warn') } });
    send({ type: 'ready' });
  } else if (message.type === 'close') {
    process.exit(0);
  } else if (message.type === 'cancel') {
    cancellations.get(message.id)?.abort();
  } else if (engine) {
    const { id, question } = message;
    try {
      const given = await answer(engine, id, question);
      if (texts.has(id)) sendTexts(); // before the answer
      send({ type: 'answer', id, answer: given });
    } catch (error) {
      const code = error instanceof ChispaError ? error.code : 'engine-failed';
      send({ type: 'failure', id, code, message: messageOf(error) });
    }
  }
}

// The parent is our own client: what it sends has the shape of the protocol.
process.on('message', (message) => void receive(message as ToChild));
