import { randomBytes } from 'node:crypto';
import type { REST } from 'discord.js';
import type { Database } from '../db/connect.ts';
import { type ChispaRequest, findRequest, finishRequest, startRequest } from '../db/requests.ts';
import { sentenceMessage } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import type { Engine } from '../engine/engine.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { ClaimedJob } from '../queue/consume.ts';
import type { Safety } from '../safety/safety.ts';
import type { ActiveModel } from './active-model.ts';
import { answerJoke } from './answer-joke.ts';
import { answerPreview } from './answer-preview.ts';
import { answerSteps } from './answer-steps.ts';
import { destinationOf } from './destination.ts';

export interface AnswerDependencies {
  db: Database;
  engine: Engine;
  safety: Safety;
  /** Replies are edited by their interaction's token; only the joke of the day needs the bot's. */
  rest: REST;
  activeModel: ActiveModel;
  log: Logger;
}

export interface Answering {
  /** Does what a job asks for. Rejects when the job should run again. */
  answer(job: ClaimedJob, signal: AbortSignal): Promise<void>;
  /** Closes a job whose turn came too late. */
  expire(job: ClaimedJob): Promise<void>;
}

export function createAnswering(dependencies: AnswerDependencies): Answering {
  const { db, rest, activeModel, log } = dependencies;

  async function answer(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const wanted = await findRequest(db, job.requestId);
    if (!wanted) return; // its person asked to be forgotten
    const told = !wanted.preview && !wanted.steps;
    const serving = await activeModel.get(wanted.guildId, told ? wanted.id : undefined);
    const request = await startRequest(db, job.requestId, { modelVersionId: serving.version.id });
    const destination = request && destinationOf(rest, request);
    if (!request || !destination) return; // closed meanwhile
    try {
      if (request.preview) await answerPreview(dependencies, request, serving, signal);
      else if (request.steps) await answerSteps(dependencies, request);
      else await answerJoke(dependencies, request, serving, destination, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ChispaError)) throw error;
      await giveUp(request, error);
    }
  }

  /** What the engine or the store refuse, they refuse again: the person hears of it with a code that is in the log. */
  async function giveUp(request: ChispaRequest, error: ChispaError): Promise<void> {
    const code = randomBytes(3).toString('hex');
    log.error({ error: messageOf(error), code, request: request.id }, 'a request could not be answered');
    await finishRequest(db, request.id, { status: 'failed', note: `${code}: ${error.message}` });
    if (!request.interaction) return;
    const sentence = messagesFor(request.locale).failure.generation(code);
    await destinationOf(rest, request)
      ?.edit(sentenceMessage(sentence))
      .catch((err) => log.warn({ error: messageOf(err), code }, 'the failure could not be told'));
  }

  return {
    answer,
    async expire(job) {
      const note = 'its turn came after the interaction had run out';
      await finishRequest(db, job.requestId, { status: 'expired', note });
    },
  };
}
