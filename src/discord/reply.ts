import { type APIMessage, type REST, Routes } from 'discord.js';
import type { MessageBody } from './joke-message.ts';

/** The answer to an interaction. Its token alone opens it for 15 minutes, whichever process holds it. */
export interface Reply {
  /** Edits the answer (of a button: the message it sits on). Rejects with `DiscordAPIError` or a network error. */
  edit(body: MessageBody): Promise<APIMessage>;
  /** A further message below the answer. */
  followUp(body: MessageBody): Promise<APIMessage>;
}

/** `signal` gives an edit up that Discord's rate limits hold back too long. */
export function replyTo(
  rest: REST,
  { applicationId, token }: { applicationId: string; token: string },
  signal?: AbortSignal,
): Reply {
  const options = { auth: false, ...(signal && { signal }) };
  return {
    // Discord answers both with the message; `rest` types every body as unknown.
    edit: async (body) =>
      (await rest.patch(Routes.webhookMessage(applicationId, token), { body, ...options })) as APIMessage,
    followUp: async (body) =>
      (await rest.post(Routes.webhook(applicationId, token), { body, ...options })) as APIMessage,
  };
}
