import { addJokeMessage, type Joke, storeJoke } from '../db/jokes.ts';
import { tallyOf } from '../db/ratings.ts';
import type { JokeRequest } from '../db/request-shape.ts';
import { finishRequest } from '../db/requests.ts';
import {
  jokeMessage,
  type Notices,
  plainMessage,
  sentenceMessage,
  writingMessage,
} from '../discord/joke-message.ts';
import { type Messages, messagesFor } from '../discord/messages/index.ts';
import { createPacedEdits } from '../discord/paced-edits.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer-dependencies.ts';
import { deliver } from './deliver.ts';
import { destinationOf } from './destination.ts';
import { mentionsTheme } from './mentions-theme.ts';
import { ENDING, type Written, writeJoke } from './write-joke.ts';

/**
 * Writes a joke or a continuation to its destination and stores it. When it rejects, the job should be retried; by
 * then, no late edit of this attempt can overwrite the next attempt's joke.
 */
export async function answerJoke(
  { db, engine, safety, rest, log }: AnswerDependencies,
  request: JokeRequest,
  serving: Serving,
  signal: AbortSignal,
): Promise<void> {
  const m = messagesFor(request.locale);
  const destination = destinationOf(rest, request);
  const edits = createPacedEdits(destination.edit, {
    onSkipped: (err) => log.debug({ err, request: request.id }, 'an intermediate edit was skipped'),
  });
  const say = (sentence: string) => deliver(edits, destination, sentenceMessage(sentence), signal);

  async function tell(): Promise<void> {
    const written = await writeJoke({ engine, safety }, request, serving, signal, (joke) => {
      if (destination.streams) edits.push(writingMessage(joke, m));
    });
    if (!written) {
      await finishRequest(db, request.id, { status: 'failed', note: 'no text was fit to tell' });
      if (request.by.kind === 'person') await say(m.failure.unsafe);
      return;
    }
    if (written.result.finish === 'deadline') {
      await finishRequest(db, request.id, {
        status: 'expired',
        note: 'the deadline passed while generating',
      });
      if (request.by.kind === 'person') await say(m.failure.expired);
      return;
    }
    const joke = await storeJoke(db, newJoke(request, serving, written));
    const body = jokeMessage(joke, await tallyOf(db, joke.id), m, noticesOf(request, joke, m));
    let delivery = await deliver(edits, destination, body, signal);
    if (delivery.outcome === 'refused')
      delivery = await deliver(edits, destination, plainMessage(body, joke), signal);
    if (delivery.outcome !== 'shown') {
      const { outcome, code } = delivery;
      log.warn({ request: request.id, code, outcome }, 'a joke could not be shown');
      await finishRequest(db, request.id, { status: 'failed', note: `not shown (${outcome}): ${code}` });
      if (outcome === 'gone' || request.by.kind === 'day') return;
      await say(outcome === 'blocked' ? m.failure.blocked : m.failure.refused(`${code}`));
      return;
    }
    const { channelId, by } = request;
    const askedBy = by.kind === 'person' ? by.userId : null;
    await addJokeMessage(db, { messageId: delivery.message.id, jokeId: joke.id, channelId, askedBy });
    await finishRequest(db, request.id, { status: 'done', timing: written.result.timing });
  }

  try {
    await tell();
  } finally {
    await edits.stop();
  }
}

/** Everything needed to reproduce the joke. */
function newJoke(request: JokeRequest, { version, loaded, voice }: Serving, { result, seed }: Written) {
  const { text, promptTokens, tokens, finish, trimmed, promptCut } = result;
  const { precision, provider, runtimeVersion } = loaded;
  return {
    requestId: request.id,
    settings: request.settings,
    ending: ENDING,
    modelVersionId: version.id,
    voiceId: voice?.id,
    themeIgnored: request.kind === 'joke' && !loaded.takesTheme,
    ...{ text, promptTokens, tokens, seed, finish, trimmed, promptCut },
    ...{ precision, provider, runtimeVersion },
  };
}

/** Notes for the person who asked on how the request was interpreted. */
function noticesOf(request: JokeRequest, joke: Joke, m: Messages): Notices {
  if (request.kind === 'continue') return { cut: joke.promptCut };
  if (request.by.kind === 'day') return { heading: m.daily.title };
  const { theme } = request;
  if (!theme) return {};
  if (joke.prompt.kind === 'joke' && joke.prompt.theme === null) return { themeIgnored: theme };
  return mentionsTheme(joke.text, theme) ? {} : { themeMissed: theme };
}
