import { EmbedBuilder } from 'discord.js';
import { type ChispaRequest, finishRequest } from '../db/requests.ts';
import { NO_MENTIONS } from '../discord/joke-message.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { clip, literal } from '../discord/text.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer.ts';
import { whisper } from './destination.ts';
import { writeJoke } from './write-joke.ts';

const COLOUR = 0x3a86ff;
const FIELD_LIMIT = 1024;

/** Shows a moderator what a change of settings does: two jokes of one seed, before and after. Stores nothing. */
export async function answerPreview(
  { db, engine, safety, rest }: AnswerDependencies,
  request: ChispaRequest,
  serving: Serving,
  signal: AbortSignal,
): Promise<void> {
  const { preview, interaction } = request;
  if (!preview || !interaction) return;
  const m = messagesFor(request.locale);
  const write = async (settings: DecoderSettings) => {
    const written = await writeJoke({ engine, safety }, { ...request, settings }, serving, signal, () => {});
    return clip(literal(written?.result.text ?? m.failure.unsafe) || '…', FIELD_LIMIT);
  };
  const [before, after] = await Promise.all([write(preview.before), write(request.settings)]);
  const embed = new EmbedBuilder()
    .setTitle(m.preview.title)
    .addFields({ name: m.preview.before, value: before }, { name: m.preview.after, value: after })
    .setColor(COLOUR);
  await whisper(rest, interaction, { embeds: [embed.toJSON()], allowed_mentions: NO_MENTIONS });
  await finishRequest(db, request.id, { status: 'done' });
}
