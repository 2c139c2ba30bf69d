import type { SeenMessage } from 'discord-in-a-box';
import { es } from '../../src/discord/messages/index.ts';
import { isFinished, jokeOf } from '../../test/e2e/player.ts';

/** A joke with its stars, or a sentence instead of one. */
interface Answer {
  joke: boolean;
  text: string;
  at: number;
}

/** What somebody who asked was shown until now. Times are those of `performance.now()`. */
export interface Heard {
  /** From the interaction to its acknowledgement, in milliseconds. */
  ackMs: number | undefined;
  /** When there was something to read: the beginning of a joke, a sentence, or Discord's own. */
  wordAt: number | undefined;
  /** When there was the beginning of a joke to read. */
  textAt: number | undefined;
  /** When the first answer was whole. */
  answeredAt: number | undefined;
  /** Every whole answer. One message that shows the same again does not count again. */
  answers: Answer[];
  /** Whether there was a notice about the wait before it. */
  noticed: boolean;
  /** How often a whole answer was written over with something unfinished. */
  covered: number;
  /** Nobody acknowledged in time: Discord has said so. */
  unheard: boolean;
}

const LOADING = 128;
/** Sentences after which there is more to come. */
const isNotice = (content: string): boolean =>
  content.startsWith('⏳') ||
  content === es.joke.thinking ||
  content === es.failure.slow ||
  content === es.failure.late;

function wholeAnswer(message: SeenMessage): Answer | undefined {
  if (isFinished(message))
    return { joke: true, text: jokeOf(message) || message.content, at: performance.now() };
  if (!message.content || message.embeds.length > 0 || isNotice(message.content)) return undefined;
  return { joke: false, text: message.content, at: performance.now() };
}

export type Ledger = ReturnType<typeof createLedger>;

/** Remembers what people were shown, by the id of their interaction. `onJoke`: somebody's first whole joke. */
export function createLedger(onJoke: (message: SeenMessage, interaction: string) => void = () => {}) {
  const everybody = new Map<string, Heard>();
  /** By the message that shows it. */
  const standing = new Map<string, Answer>();
  /** Who waits for the answer, by interaction. */
  const waiting = new Map<string, (() => void)[]>();

  function of(interaction: string): Heard {
    const known = everybody.get(interaction);
    if (known) return known;
    const unknown = { ackMs: undefined, wordAt: undefined, textAt: undefined, answeredAt: undefined };
    const fresh = { ...unknown, answers: [], noticed: false, covered: 0, unheard: false };
    everybody.set(interaction, fresh);
    return fresh;
  }

  function answered(interaction: string, at: number): void {
    const heard = of(interaction);
    heard.answeredAt ??= at;
    for (const resolve of waiting.get(interaction) ?? []) resolve();
    waiting.delete(interaction);
  }

  return {
    of,
    /** Resolves when an interaction has been answered. */
    async answer(interaction: string): Promise<void> {
      if (of(interaction).answeredAt !== undefined) return;
      await new Promise<void>((resolve) =>
        waiting.set(interaction, [...(waiting.get(interaction) ?? []), resolve]),
      );
    },
    acknowledged(interaction: string, ackMs: number): void {
      of(interaction).ackMs ??= ackMs;
    },
    /** A message was created or updated. */
    shown(message: SeenMessage): void {
      if (message.interaction === null || message.flags & LOADING) return;
      const heard = of(message.interaction);
      if (message.content || message.embeds.length > 0) heard.wordAt ??= performance.now();
      if (message.embeds.length > 0) heard.textAt ??= performance.now();
      heard.noticed ||= isNotice(message.content);
      const [before, answer] = [standing.get(message.id), wholeAnswer(message)];
      if (!answer) {
        if (before) heard.covered++;
        standing.delete(message.id);
        return;
      }
      standing.set(message.id, answer);
      if (answer.text !== before?.text) heard.answers.push(answer);
      answered(message.interaction, answer.at);
      if (answer.joke && heard.answers.length === 1 && !before) onJoke(message, message.interaction);
    },
    /** Discord tells somebody that nobody responds. */
    failed(interaction: string): void {
      const heard = of(interaction);
      heard.unheard = true;
      heard.wordAt ??= performance.now();
      answered(interaction, performance.now());
    },
  };
}

/** Writes everything that the box shows anybody into the ledger, until it is closed. */
export async function follow(url: string, ledger: Ledger) {
  // docs/control-api.md of the box has the shapes.
  function take(event: string, data: string): void {
    if (event === 'message-created' || event === 'message-updated') ledger.shown(JSON.parse(data));
    if (event !== 'interaction') return;
    const { id, state, ackMs } = JSON.parse(data) as { id: string; state: string; ackMs: number | null };
    if (ackMs !== null) ledger.acknowledged(id, ackMs);
    if (state === 'failed') ledger.failed(id);
  }

  const { body } = await fetch(`${url}/box/events`);
  if (!body) throw new Error('the box tells nothing');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  async function read(): Promise<void> {
    let rest = '';
    for (;;) {
      const { done, value = '' } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const one of events) {
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/s.exec(one) ?? [];
        take(event, data);
      }
    }
  }
  const reading = read();
  reading.catch(() => {}); // reported by `close`
  return {
    async close() {
      await reader.cancel();
      await reading;
    },
  };
}
