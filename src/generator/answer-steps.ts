import { basename } from 'node:path';
import { findJoke, type GeneratedJoke } from '../db/jokes.ts';
import { isRemote } from '../db/models.ts';
import type { RequestOf } from '../db/request-shape.ts';
import { finishRequest } from '../db/requests.ts';
import type { Thought } from '../db/schema.ts';
import { renderSteps, type WeighedStep } from '../discord/charts/steps.ts';
import { sentenceMessage } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { stepsMessage } from '../discord/preview-message.ts';
import { replyTo } from '../discord/reply.ts';
import { retellCommand } from '../discord/retell.ts';
import { explain } from '../engine/explain.ts';
import { hasCode } from '../lib/errors.ts';
import { loadTokenizer } from '../models/tokenizer.ts';
import type { Safety } from '../safety/safety.ts';
import type { AnswerDependencies } from './answer-dependencies.ts';

/** Rows in the image: as many as are readable on a phone. */
const STEPS = 10;
const CHOICES = 5;

/**
 * "¿Cómo lo pensé?": the likeliest tokens at each step, computed in one prefill over the joke's stored tokens, or as the server
 * told them.
 */
export async function answerSteps(
  { db, engine, rest, activeModel, safety }: AnswerDependencies,
  request: RequestOf<'steps'>,
): Promise<void> {
  const { locale } = request;
  const m = messagesFor(locale);
  const reply = replyTo(rest, request.by.interaction);
  const found = await findJoke(db, request.jokeId);
  const joke = found?.origin === 'model' ? found : undefined; // no model thought up one of the house
  if (joke && isRemote(joke.model.folder)) {
    const { thoughts } = joke;
    if (!thoughts) await reply.whisper(sentenceMessage(m.refusal.stepsUntold));
    else {
      const picture = await renderSteps({ steps: weighed(thoughts), locale });
      const { body, files } = stepsMessage(picture, {}, m);
      await reply.whisper(body, files);
    }
    await finishRequest(db, request.id, { status: 'done' });
    return;
  }
  // The model and voice that told the joke, if their weights are still kept, and here.
  let elsewhere = false;
  const teller =
    joke &&
    (await activeModel.version(joke.model.id, joke.voiceId).catch((error) => {
      elsewhere = hasCode(error, 'model-elsewhere');
      return undefined;
    }));
  if (!joke?.promptTokens) {
    await reply.whisper(sentenceMessage(m.refusal.stepsGone));
  } else if (!teller) {
    const { modelElsewhere, modelRetired, voiceRetired } = m.refusal;
    const gone = joke.voiceId === null ? modelRetired(joke.model.name) : voiceRetired;
    await reply.whisper(sentenceMessage(elsewhere ? modelElsewhere(joke.model.name) : gone));
  } else {
    const { promptTokens, tokens } = joke;
    const { model } = teller.loaded;
    const { voice } = teller;
    const read = [...promptTokens, ...tokens.slice(0, STEPS)];
    const inspected = await engine.inspect({
      model,
      ...(voice && { adapter: voice.folder }),
      tokens: read,
      from: Math.max(1, promptTokens.length),
      top: CHOICES,
    });
    const table = explain(read, inspected, await loadTokenizer(model));
    const command = retellCommand(joke, {
      voice: voice && basename(voice.folder),
      safe: isSafe(safety, joke),
    });
    const how = `${joke.precision}, ${joke.provider}, onnxruntime ${joke.runtimeVersion}`;
    const considered = joke.considered?.map(({ text, seed, predicted }) => ({
      ...{ text, predicted },
      chosen: seed === joke.seed,
    }));
    const told = { again: { command, how }, considered };
    const { body, files } = stepsMessage(await renderSteps({ steps: table, locale }), told, m);
    await reply.whisper(body, files);
  }
  await finishRequest(db, request.id, { status: 'done' });
}

/** A server's thoughts, with the text that came before each. */
function weighed(thoughts: readonly Thought[]): WeighedStep[] {
  let input = '';
  return thoughts.map(({ chosen, choices }) => {
    const id = choices.findIndex(({ text }) => text === chosen.text);
    const step = { input, chosen: { id, ...chosen }, choices: choices.map((one, i) => ({ id: i, ...one })) };
    input += chosen.text;
    return step;
  });
}

function isSafe(safety: Safety, { prompt, text }: GeneratedJoke): boolean {
  const asked = prompt.kind === 'continue' ? prompt.text : prompt.theme;
  return [`${asked ?? ''}`, `${prompt.kind === 'continue' ? prompt.text : ''}${text}`].every(
    (one) => safety.check(one, 'safe').allowed,
  );
}
