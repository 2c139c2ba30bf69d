import { EmbedBuilder } from 'discord.js';
import { findJoke } from '../db/jokes.ts';
import { type ChispaRequest, finishRequest } from '../db/requests.ts';
import { renderSteps } from '../discord/charts/steps.ts';
import { NO_MENTIONS, sentenceMessage } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { explain } from '../engine/explain.ts';
import { loadTokenizer } from '../models/tokenizer.ts';
import type { AnswerDependencies } from './answer.ts';
import { whisper } from './destination.ts';

const COLOUR = 0xf2c14e;
const FILE = 'pasos.png';
/** Rows of the picture: as many as can be read on a phone. */
const STEPS = 10;
const CHOICES = 5;

/** "¿Cómo lo pensé?": the likeliest tokens at each step, by one prefill over the joke's stored tokens. */
export async function answerSteps(
  { db, engine, rest, activeModel }: AnswerDependencies,
  request: ChispaRequest,
): Promise<void> {
  const { steps, interaction, locale } = request;
  if (!steps || !interaction) return;
  const m = messagesFor(locale);
  const joke = await findJoke(db, steps.jokeId);
  // The model that told the joke, if its weights are still kept, and the voice's.
  const teller = joke && (await activeModel.version(joke.model.id, joke.voiceId).catch(() => undefined));
  if (!joke?.promptTokens) {
    await whisper(rest, interaction, sentenceMessage(m.refusal.stepsGone));
  } else if (!teller) {
    const { modelRetired, voiceRetired } = m.refusal;
    const sentence = joke.voiceId === null ? modelRetired(joke.model.name) : voiceRetired;
    await whisper(rest, interaction, sentenceMessage(sentence));
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
    const picture = await renderSteps({ steps: table, locale });
    const embed = new EmbedBuilder()
      .setTitle(m.steps.title)
      .setDescription(m.steps.explain)
      .setImage(`attachment://${FILE}`)
      .setColor(COLOUR);
    const body = { embeds: [embed.toJSON()], allowed_mentions: NO_MENTIONS };
    await whisper(rest, interaction, body, [{ name: FILE, data: picture, contentType: 'image/png' }]);
  }
  await finishRequest(db, request.id, { status: 'done' });
}
