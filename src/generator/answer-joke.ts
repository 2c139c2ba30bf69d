import { addJokeMessage, type Joke, storeJoke } from '../db/jokes.ts';
import { tallyOf } from '../db/ratings.ts';
import { type ChispaRequest, finishRequest } from '../db/requests.ts';
import { finishedJoke } from '../discord/finished-joke.ts';
import { jokeMessage, type Notices, sentenceMessage, writingMessage } from '../discord/joke-message.ts';
import { type Messages, messagesFor } from '../discord/messages/index.ts';
import { createPacedEdits } from '../discord/paced-edits.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer.ts';
import { deliver } from './deliver.ts';
import type { Destination } from './destination.ts';
import { ENDING, type Written, writeJoke } from './write-joke.ts';

/** Writes a joke or a continuation into its destination and stores it. Rejects when the job should run again. */
export async function answerJoke(
  { db, engine, safety, log }: AnswerDependencies,
  request: ChispaRequest,
  serving: Serving,
  destination: Destination,
  signal: AbortSignal,
): Promise<void> {
  const { version, loaded, voice } = serving;
  const m = messagesFor(request.locale);
  const edits = createPacedEdits(destination.edit, {
    onSkipped: (err) => log.debug({ err, request: request.id }, 'an intermediate edit was skipped'),
  });
  const say = (sentence: string) => deliver(edits, destination, sentenceMessage(sentence), signal);
  const written = await writeJoke({ engine, safety }, request, serving, signal, (joke) => {
    if (destination.streams) edits.push(writingMessage(joke, m));
  });
  if (!written) {
    await finishRequest(db, request.id, { status: 'failed', note: 'no text was fit to tell' });
    if (request.interaction) await say(m.failure.unsafe);
    return;
  }
  if (written.result.finish === 'deadline') {
    await finishRequest(db, request.id, { status: 'expired', note: 'the deadline passed while generating' });
    await say(m.failure.expired);
    return;
  }

  const joke = await store(written);
  const shown = finishedJoke(joke, await tallyOf(db, joke.id));
  const body = jokeMessage(shown, m, noticesOf(request, joke, m));
  const message = await deliver(edits, destination, body, signal);
  if (message) {
    const { channelId, userId: askedBy } = request;
    await addJokeMessage(db, { messageId: message.id, jokeId: joke.id, channelId, askedBy });
  }
  await finishRequest(db, request.id, { status: 'done', timing: written.result.timing });

  /** Everything that is needed to generate the joke again. */
  function store({ result, seed }: Written): Promise<Joke> {
    const { text, promptTokens, tokens, finish, trimmed, promptCut } = result;
    const { precision, provider, runtimeVersion } = loaded;
    return storeJoke(db, {
      requestId: request.id,
      settings: request.settings,
      ending: ENDING,
      modelVersionId: version.id,
      voiceId: voice?.id,
      themeIgnored: request.prompt.kind === 'joke' && !loaded.takesTheme,
      ...{ text, promptTokens, tokens, seed, finish, trimmed, promptCut },
      ...{ precision, provider, runtimeVersion },
    });
  }
}

/** What whoever asked should know about how the request was read. */
function noticesOf({ prompt, interaction }: ChispaRequest, joke: Joke, m: Messages): Notices {
  if (prompt.kind === 'continue') return { cut: joke.promptCut };
  if (!interaction) return { heading: m.daily.title };
  const ignored = joke.prompt.kind === 'joke' && joke.prompt.theme === null;
  return prompt.theme && ignored ? { themeIgnored: prompt.theme } : {};
}
