import { z } from 'zod';
import { discordError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { FLAG } from '../state/messages.ts';
import { componentsV1, componentsV2 } from './components.ts';
import { embedsSchema } from './embed.ts';
import { complaint, integer, list, readForm, snowflake, text } from './form.ts';

const attachments = list(
  z.object({
    id: z.union([snowflake, z.number().int().transform(String)]),
    filename: z.string().optional(),
    description: text(0, LIMITS.component.mediaDescription).nullish(),
  }),
  0,
  LIMITS.message.attachments,
);

const allowedMentions = z.object({
  parse: z.array(z.enum(['users', 'roles', 'everyone'])).optional(),
  users: list(snowflake, 0, 100).nullish(),
  roles: list(snowflake, 0, 100).nullish(),
  replied_user: z.boolean().nullish(),
});
export type AllowedMentions = z.infer<typeof allowedMentions>;

/** Discord's kinds of references to another message. */
export const REFERENCE = { reply: 0, forward: 1 } as const;

const fields = {
  content: text(0, LIMITS.message.content).nullish(),
  embeds: embedsSchema.nullish(),
  flags: integer(0, 2 ** 31 - 1).nullish(),
  tts: z.boolean().nullish(),
  nonce: z.union([text(0, 25), z.number()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  attachments: attachments.nullish(),
  allowed_mentions: allowedMentions.nullish(),
  message_reference: z
    .object({
      type: z.literal([REFERENCE.reply, REFERENCE.forward]).nullish(),
      message_id: snowflake,
      channel_id: snowflake.nullish(),
      fail_if_not_exists: z.boolean().nullish(),
    })
    .nullish(),
};
const schemaV1 = z.object({ ...fields, components: componentsV1.nullish() });
const schemaV2 = z.object({ ...fields, components: componentsV2.nullish() }).superRefine((body, context) => {
  for (const field of ['content', 'embeds'] as const) {
    if (!body[field]?.length) continue;
    const issue = complaint(
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
    );
    context.addIssue({ code: 'custom', path: [field], ...issue });
  }
});
/**
 * The message fields a bot may send. Omitted fields stay undefined, so that an edit changes only the fields it
 * includes.
 */
export type MessageBody = z.infer<typeof schemaV1> | z.infer<typeof schemaV2>;

/**
 * Reads the body that creates or edits a message and enforces Discord's limits.
 * @param before the flags of the message being edited: a Components V2 message stays one
 * @throws DiscordError 50035
 */
export function readMessage(
  body: unknown,
  { at = [], before = 0 }: { at?: string[]; before?: number } = {},
): MessageBody {
  const flags = isObject(body) && typeof body.flags === 'number' ? body.flags : 0;
  const schema = (flags | before) & FLAG.componentsV2 ? schemaV2 : schemaV1;
  return readForm<MessageBody>(schema, body ?? {}, at);
}

/** Whether there is nothing to show. */
export const isEmpty = (body: MessageBody, files: number): boolean =>
  !body.content?.trim() && !body.embeds?.length && !body.components?.length && files === 0;

/** Refuses a new message with nothing to show. @throws DiscordError 50006 */
export function refuseEmpty(body: MessageBody, files: number): void {
  if (isEmpty(body, files)) throw discordError(50006);
}

/** The body's parts as plain JSON, without undefined fields. */
export const plain = (value: unknown): JsonObject[] =>
  JSON.parse(JSON.stringify(value ?? [])) as JsonObject[]; // zod's output is JSON
