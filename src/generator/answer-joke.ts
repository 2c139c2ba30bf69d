import { SnowflakeUtil } from 'discord.js';
import { findJokeOfRequest, type Joke, storeJoke } from '../db/jokes.ts';
import type { JokeRequest, RequestOf } from '../db/request-shape.ts';
import { finishRequest, type Outcome } from '../db/requests.ts';
import { settingsOf } from '../db/settings.ts';
import { answerInstead } from '../discord/answer-instead.ts';
import { type Destination, destinationOf } from '../discord/destination.ts';
import { type Notices, thinkingMessage, writingMessage } from '../discord/joke-message.ts';
import { mentionsTheme } from '../discord/mentions-theme.ts';
import { type Messages, messagesFor } from '../discord/messages/index.ts';
import { createPacedEdits } from '../discord/paced-edits.ts';
import { sayInstead } from '../discord/say-instead.ts';
import { notShown, sayNotShown, showJoke } from '../discord/show-joke.ts';
import type { GenerationResult } from '../engine/engine.ts';
import { metrics } from '../lib/metrics.ts';
import type { ClaimedJob } from '../queue/consume.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer-dependencies.ts';
import type { Chosen } from './best-of.ts';
import { ENDING, writeJoke } from './write-joke.ts';

/**
 * Writes a joke or a continuation to its destination and stores it. When it rejects, the job should be retried; by
 * then, no late edit of this attempt can overwrite the next attempt's joke. A joke that an attempt before this one has
 * stored is shown as it is: people may be reading it already, so nothing grows over it.
 */
export async function answerJoke(
  { db, clock, engine, safety, rest, best, log }: AnswerDependencies,
  request: JokeRequest,
  serving: Serving,
  job: Pick<ClaimedJob, 'attempt' | 'isHeld'>,
  signal: AbortSignal,
): Promise<void> {
  const m = messagesFor(request.locale);
  const destination = whileHeld(job, destinationOf(rest, request));
  const edits = createPacedEdits(destination.edit, {
    onSkipped: (err) => log.debug({ err, request: request.id }, 'an intermediate edit was skipped'),
  });
  const giveUp = async (outcome: Outcome, sentence: (m: Messages) => string) => {
    await edits.stop();
    if (await finishRequest(db, request.id, outcome))
      await answerInstead({ db, rest, log }, request, sentence);
  };

  /** The best of several, written while the reply says so; or a single one, which grows before everybody's eyes. */
  async function write(): Promise<Chosen | undefined> {
    const count = best.count(request, serving);
    const adventure = count > 1 ? (await settingsOf(db, request.by.guildId)).adventure : 'off';
    if (adventure !== 'off') {
      if (destination.streams) edits.push(thinkingMessage(m));
      return best.write(request, serving, signal, { count, adventure });
    }
    const written = await writeJoke({ engine, safety, clock }, request, serving, signal, (joke) => {
      if (destination.streams) edits.push(writingMessage(joke, m));
    });
    if (written) best.note(serving, written);
    return written;
  }

  async function tell(): Promise<void> {
    const stored = job.attempt > 0 ? await findJokeOfRequest(db, request.id) : undefined;
    if (stored) return show(stored);
    const written = await write();
    if (!written)
      return giveUp({ status: 'failed', note: 'no text was fit to tell' }, ({ failure }) => failure.unsafe);
    if (written.result.finish === 'deadline') {
      const note = 'the deadline passed while generating';
      return giveUp({ status: 'expired', note }, ({ failure }) => failure.expired);
    }
    noteStart(request, written);
    const joke = await storeJoke(db, newJoke(request, serving, written));
    await show(joke, written.result.timing);
  }

  async function show(joke: Joke, timing?: GenerationResult['timing']): Promise<void> {
    const notices = noticesOf(request, joke, m);
    const delivery = await showJoke(db, request, joke, notices, { destination, edits, signal });
    if (delivery.outcome !== 'shown') {
      const { outcome, code } = delivery;
      log.warn({ request: request.id, code, outcome }, 'could not show a joke');
      await finishRequest(db, request.id, { status: 'failed', note: notShown(delivery) });
      if (outcome === 'gone') return;
      await sayInstead(rest, request, sayNotShown(delivery), signal);
      return;
    }
    await finishRequest(db, request.id, { status: 'done', ...(timing && { timing }) });
  }

  try {
    await tell();
  } finally {
    await edits.stop();
  }
}

/** Measures how long somebody waited for the first token. What the engine took to answer afterwards counts against it. */
function noteStart({ by }: JokeRequest, { result: { timing } }: Chosen): void {
  if (by.kind !== 'person') return;
  const startedAt = Date.now() - (timing.totalMs - timing.firstTokenMs);
  metrics.start.observe(Math.max(0, startedAt - SnowflakeUtil.timestampFrom(by.interaction.id)) / 1000);
}

/** Writes only as long as the job is held: a process that was frozen must not write over what another has told since. */
function whileHeld({ isHeld }: Pick<ClaimedJob, 'isHeld'>, destination: Destination): Destination {
  const guard =
    <Body, Result>(write: (body: Body) => Promise<Result>) =>
    async (body: Body): Promise<Result> => {
      if (!isHeld()) throw new Error('the job has gone to another generator');
      return write(body);
    };
  const { edit, followUp, streams } = destination;
  return { edit: guard(edit), followUp: guard(followUp), streams };
}

/** Everything needed to reproduce the joke. */
export function newJoke(
  request: JokeRequest | RequestOf<'duel'>,
  { version, loaded, voice }: Serving,
  { result, seed, considered, predicted }: Chosen,
) {
  const { text, promptTokens, tokens, thoughts, finish, trimmed, promptCut, provider } = result;
  const { precision, runtimeVersion } = loaded;
  return {
    requestId: request.id,
    settings: request.settings,
    ending: ENDING,
    modelVersionId: version.id,
    voiceId: voice?.id,
    themeIgnored: request.kind === 'joke' && !loaded.takesTheme,
    ...{ text, promptTokens, tokens, thoughts, seed, finish, trimmed, promptCut },
    ...{ precision, provider, runtimeVersion, considered, predicted },
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
