import { randomBytes } from 'node:crypto';
import type { ChispaRequest } from '../db/request-shape.ts';
import { finishRequest, type Outcome, openRequest, requeueRequest, startRequest } from '../db/requests.ts';
import { replyIsFree } from '../db/waiting.ts';
import { answerInstead } from '../discord/answer-instead.ts';
import type { Messages } from '../discord/messages/index.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { ClaimedJob } from '../queue/consume.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer-dependencies.ts';
import { answerDuel } from './answer-duel.ts';
import { answerJoke } from './answer-joke.ts';
import { answerPreview } from './answer-preview.ts';
import { answerSteps } from './answer-steps.ts';

export interface Answering {
  /**
   * Does what a job asks for. When it rejects, the job should be retried; no edits of this attempt are in flight by
   * then.
   */
  answer(job: ClaimedJob, signal: AbortSignal): Promise<void>;
  /** Closes a job that ran too late. */
  expire(job: ClaimedJob): Promise<void>;
  /** Closes a job that has failed for the last time. */
  giveUp(job: ClaimedJob, error: unknown): Promise<void>;
}

export function createAnswering(dependencies: AnswerDependencies): Answering {
  const { db, rest, activeModel, spare, log } = dependencies;

  async function answer(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const request = await openRequest(db, job.requestId);
    if (!request) return; // closed in the meantime, or the person asked to be forgotten
    const serving = await servingFor(request);
    if (!serving) return;
    const started = await startRequest(db, request.id, { modelVersionId: serving.version.id });
    if (!started) return;
    log.debug({ request: request.id, kind: request.kind, model: serving.version.name }, 'answering');
    if (started.replyHeld) await replyIsFree(db, request.id, signal);
    const release = spare.occupy();
    try {
      await answerKind(request, serving, job, signal);
    } catch (error) {
      if (signal.aborted && job.isHeld()) await requeueRequest(db, request.id);
      if (signal.aborted || !(error instanceof ChispaError)) throw error;
      await fail(request, error); // the engine or the store would refuse it again
    } finally {
      release();
    }
  }

  /** The model that answers. When it cannot be loaded, those who can have a house joke do not wait for it. */
  async function servingFor(request: ChispaRequest): Promise<Serving | undefined> {
    const isJoke = request.kind === 'joke' || request.kind === 'continue' || request.kind === 'duel';
    try {
      return await activeModel.get(request.by.guildId, isJoke ? request.id : undefined);
    } catch (error) {
      if (!(error instanceof ChispaError) || request.kind !== 'joke' || request.newOnly) throw error;
      await fail(request, error);
      return undefined;
    }
  }

  function answerKind(
    request: ChispaRequest,
    serving: Serving,
    job: ClaimedJob,
    signal: AbortSignal,
  ): Promise<void> {
    switch (request.kind) {
      case 'duel':
        return answerDuel(dependencies, request, serving, signal);
      case 'preview':
        return answerPreview(dependencies, request, serving, signal);
      case 'steps':
        return answerSteps(dependencies, request);
      case 'gone':
        return close(
          request,
          { status: 'failed', note: 'what it refers to is gone' },
          (m) => m.refusal.jokeGone,
        );
      default:
        return answerJoke(dependencies, request, serving, job, signal);
    }
  }

  /** Tells a house joke, or that it failed, with a code that can be found in the log. */
  async function fail(request: ChispaRequest, error: unknown): Promise<void> {
    const code = randomBytes(3).toString('hex');
    log.error({ error: messageOf(error), code, request: request.id }, 'could not answer a request');
    const note = `${code}: ${messageOf(error)}`;
    await close(request, { status: 'failed', note }, (m) => m.failure.generation(code));
  }

  /** Only the process that closes the request edits the reply, so that nobody writes "too late" over a joke. */
  async function close(
    request: ChispaRequest,
    outcome: Outcome,
    say: (m: Messages) => string,
  ): Promise<void> {
    if (await finishRequest(db, request.id, outcome)) await answerInstead({ db, rest, log }, request, say);
  }

  return {
    answer,
    async expire(job) {
      const note = 'its turn came after the interaction had expired';
      const request = await openRequest(db, job.requestId);
      if (request) await close(request, { status: 'expired', note }, (m) => m.failure.expired);
    },
    async giveUp(job, error) {
      const request = await openRequest(db, job.requestId);
      if (request) await fail(request, error);
    },
  };
}
