import { type Joke, storeJoke } from '../db/jokes.ts';
import type { RequestOf } from '../db/request-shape.ts';
import { finishRequest, type Outcome } from '../db/requests.ts';
import { answerInstead } from '../discord/answer-instead.ts';
import type { Messages } from '../discord/messages/index.ts';
import { showDuel } from '../discord/show-duel.ts';
import { notShown, sayNotShown } from '../discord/show-joke.ts';
import { preference } from '../judge/predict.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer-dependencies.ts';
import { newJoke } from './answer-joke.ts';
import { writeJoke } from './write-joke.ts';

/**
 * Writes a new joke and shows it beside a good one. Nobody watches it grow, since that would tell which is which. When it
 * rejects, the job should be retried, with the same jokes.
 */
export async function answerDuel(
  { db, clock, engine, safety, rest, judging, log }: AnswerDependencies,
  request: RequestOf<'duel'>,
  serving: Serving,
  signal: AbortSignal,
): Promise<void> {
  const giveUp = async (outcome: Outcome, sentence: (m: Messages) => string) => {
    if (await finishRequest(db, request.id, outcome))
      await answerInstead({ db, rest, log }, request, sentence);
  };
  const draft = { ...request, kind: 'joke' as const };
  const written = await writeJoke({ engine, safety, clock }, draft, serving, signal, () => {});
  if (!written)
    return giveUp({ status: 'failed', note: 'no text was fit to tell' }, ({ failure }) => failure.unsafe);
  if (written.result.finish === 'deadline') {
    const note = 'the deadline passed while generating';
    return giveUp({ status: 'expired', note }, ({ failure }) => failure.expired);
  }
  const joke = await storeJoke(db, newJoke(request, serving, written));
  const fits = (text: string) => safety.check(text, request.safeMode ? 'safe' : 'open').allowed;
  /** As the judge sees it, if it has learned anything yet. */
  const guess = async (...jokes: [Joke, Joke]) => {
    if (judging.learnedFrom(serving) === 0) return undefined;
    const { model } = serving.loaded;
    const read = async ({ text }: Joke) => ({ text, embedding: await engine.embed({ model, text }) });
    const readings = [await read(jokes[0]), await read(jokes[1])];
    const { guildId } = request.by;
    const judgement = judging.judge(serving, { guildId, jokes: readings, seed: request.seed });
    const [a, b] = judgement?.predictions ?? [];
    return a && b && preference(a, b);
  };
  const delivery = await showDuel({ db, rest }, request, joke, fits, guess, signal);
  if (!delivery) {
    const note = 'there is nothing to set against the joke';
    return giveUp({ status: 'failed', note }, ({ duel }) => duel.noOpponent);
  }
  if (delivery.outcome === 'shown') {
    await finishRequest(db, request.id, { status: 'done', timing: written.result.timing });
    return;
  }
  const { outcome, code } = delivery;
  log.warn({ request: request.id, code, outcome }, 'could not show a duel');
  await giveUp({ status: 'failed', note: notShown(delivery) }, sayNotShown(delivery));
}
