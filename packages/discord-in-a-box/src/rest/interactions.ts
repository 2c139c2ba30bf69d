import { z } from 'zod';
import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import type { Upload } from '../files.ts';
import { isObject, type JsonObject, objects } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { FLAG } from '../state/messages.ts';
import {
  INTERACTION,
  type Interaction,
  type InteractionType,
  MESSAGE,
  type Message,
} from '../state/model.ts';
import { channelPermissions, has, PERMISSION } from '../state/permissions.ts';
import { list, readForm, text, wrongField } from '../validate/form.ts';
import { readMessage, refuseEmpty } from '../validate/message.ts';
import { modalSchema } from '../validate/modal.ts';
import { messageObject } from '../wire/message.ts';
import { composeEdit, composeMessage, type Origin } from './compose.ts';
import { withIds } from './normalize.ts';
import { noContent, ok, type Route, route } from './route.ts';

/** Discord's interaction callback types. */
export const CALLBACK = { reply: 4, defer: 5, deferUpdate: 6, update: 7, choices: 8, modal: 9 } as const;

/** The valid callbacks for each kind of interaction; updates need a message to update. */
const ALLOWED: Record<InteractionType, readonly number[]> = {
  [INTERACTION.command]: [CALLBACK.reply, CALLBACK.defer, CALLBACK.modal],
  [INTERACTION.component]: [
    CALLBACK.reply,
    CALLBACK.defer,
    CALLBACK.deferUpdate,
    CALLBACK.update,
    CALLBACK.modal,
  ],
  [INTERACTION.autocomplete]: [CALLBACK.choices],
  [INTERACTION.modal]: [CALLBACK.reply, CALLBACK.defer, CALLBACK.deferUpdate, CALLBACK.update],
};

const choicesSchema = z.object({
  choices: list(
    z.object({
      name: text(1, LIMITS.command.choiceText),
      name_localizations: z.record(z.string(), z.string()).nullish(),
      value: z.union([text(0, LIMITS.command.choiceText), z.number()]),
    }),
    0,
    LIMITS.autocomplete,
  ),
});

/** Acknowledges interactions: once, within 3 s, with a callback valid for their kind. */
export function interactionRoutes(core: Core): Route[] {
  return [
    route(
      'POST',
      '/interactions/:interaction/:token/callback',
      ({ interaction: id, token }, { query, body, uploads }) => {
        const interaction = core.interactions.get(id);
        if (!interaction || interaction.token !== token) throw discordError(10062);
        if (interaction.callback !== null) throw discordError(40060);
        if (interaction.expired) throw discordError(10062);
        const type = callbackType(interaction, body);
        const data = isObject(body) && isObject(body.data) ? body.data : {};
        const message = acknowledge(core, interaction, type, data, uploads);
        if (query.get('with_response') !== 'true') return noContent;
        return ok(callbackResponse(core, interaction, type, message));
      },
      { open: true },
    ),
  ];
}

function callbackType(interaction: Interaction, body: unknown): number {
  const { type } = readForm(z.object({ type: z.number() }), body);
  const updatable = interaction.source !== null;
  const allowed = ALLOWED[interaction.type].filter(
    (one) => updatable || (one !== CALLBACK.update && one !== CALLBACK.deferUpdate),
  );
  if (!allowed.includes(type)) {
    throw wrongField(['type'], 'BASE_TYPE_CHOICES', `Value must be one of {${allowed.join(', ')}}.`);
  }
  return type;
}

/** Carries out the callback; the returned message becomes `@original`. */
function acknowledge(
  core: Core,
  interaction: Interaction,
  type: number,
  data: JsonObject,
  uploads: readonly Upload[],
): Message | null {
  switch (type) {
    case CALLBACK.reply: {
      const read = readMessage(data, { at: ['data'] });
      refuseEmpty(read, uploads.length);
      const draft = composeMessage(core, read, uploads, originOf(core, interaction, read.flags ?? 0));
      interaction.original = core.messages.create(draft);
      break;
    }
    case CALLBACK.defer: {
      const read = readMessage({ flags: data.flags }, { at: ['data'] });
      const draft = composeMessage(core, read, [], originOf(core, interaction, read.flags ?? 0));
      interaction.original = core.messages.create({ ...draft, flags: draft.flags | FLAG.loading });
      break;
    }
    case CALLBACK.deferUpdate:
      interaction.original = sourceOf(core, interaction);
      break;
    case CALLBACK.update: {
      const source = sourceOf(core, interaction);
      const read = readMessage(data, { at: ['data'], before: source.flags });
      interaction.original = core.messages.edit(source, composeEdit(core, source, read, uploads));
      break;
    }
    case CALLBACK.choices:
      interaction.choices = readForm(choicesSchema, data, ['data']).choices;
      break;
    case CALLBACK.modal: {
      const modal = JSON.parse(JSON.stringify(readForm(modalSchema, data, ['data']))) as JsonObject; // a zod object's output is one
      interaction.modal = { ...modal, components: withIds(objects(modal.components)) };
      break;
    }
  }
  const answered = type !== CALLBACK.defer && type !== CALLBACK.deferUpdate;
  core.interactions.acknowledge(interaction, type, answered);
  return interaction.original;
}

/** The message whose component was used, if it still exists. */
function sourceOf(core: Core, interaction: Interaction): Message {
  const source = interaction.source && core.messages.get(interaction.source.id);
  if (!source) throw discordError(10008);
  return source;
}

/** Where an interaction's answers go, and whether only its user can see them. */
export function originOf(core: Core, interaction: Interaction, flags: number): Origin {
  const { channel, user } = interaction;
  const isCommand = interaction.type === INTERACTION.command;
  return {
    channel,
    author: core.world.bot,
    interaction,
    ...(isCommand
      ? { type: interaction.data.type === 1 ? MESSAGE.chatInputCommand : MESSAGE.contextMenuCommand }
      : { replyTo: interaction.source?.id ?? null }),
    ephemeralFor: flags & FLAG.ephemeral || isKeptPrivate(core, interaction) ? user.id : null,
  };
}

/** If a person may not use external apps, only they see what their own installed application answers. */
function isKeptPrivate(core: Core, { channel, guild, user, owners }: Interaction): boolean {
  if (!guild || '0' in owners) return false;
  return !has(channelPermissions(channel, user.id, core.clock.now()), PERMISSION.useExternalApps);
}

/** The response to `with_response=true`. https://discord.com/developers/docs/interactions/receiving-and-responding */
function callbackResponse(
  core: Core,
  interaction: Interaction,
  type: number,
  message: Message | null,
): JsonObject {
  const { id, channel, guild } = interaction;
  const isUpdate = type === CALLBACK.update || type === CALLBACK.deferUpdate;
  const shared = {
    id,
    type: interaction.type,
    channel_id: channel.id,
    ...(guild ? { guild_id: guild.id } : {}),
  };
  if (message === null) return { interaction: shared };
  return {
    interaction: {
      ...shared,
      response_message_id: message.id,
      response_message_loading: (message.flags & FLAG.loading) !== 0,
      response_message_ephemeral: (message.flags & FLAG.ephemeral) !== 0,
    },
    // Discord's OpenAPI knows only these two kinds of message resource, deferred ones included
    resource: { type: isUpdate ? CALLBACK.update : CALLBACK.reply, message: messageObject(core, message) },
  };
}
