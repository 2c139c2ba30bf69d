import type { RequestOf } from '../db/request-shape.ts';
import { finishRequest } from '../db/requests.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { previewMessage } from '../discord/preview-message.ts';
import { replyTo } from '../discord/reply.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { Serving } from './active-model.ts';
import type { AnswerDependencies } from './answer-dependencies.ts';
import { writeJoke } from './write-joke.ts';

/** Shows a moderator what a change of settings does: two jokes from the same seed, before and after. Stores nothing. */
export async function answerPreview(
  { db, clock, engine, safety, rest }: AnswerDependencies,
  request: RequestOf<'preview'>,
  serving: Serving,
  signal: AbortSignal,
): Promise<void> {
  const write = async (settings: DecoderSettings) => {
    const draft = { ...request, kind: 'joke' as const, settings };
    return (await writeJoke({ engine, safety, clock }, draft, serving, signal, () => {}))?.result.text;
  };
  const [before, after] = await Promise.all([write(request.before), write(request.settings)]);
  const body = previewMessage({ before, after }, messagesFor(request.locale));
  await replyTo(rest, request.by.interaction).whisper(body);
  await finishRequest(db, request.id, { status: 'done' });
}
