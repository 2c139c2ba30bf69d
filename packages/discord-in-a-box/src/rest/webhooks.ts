import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { reaches } from '../state/interactions.ts';
import { FLAG } from '../state/messages.ts';
import type { Interaction, Message } from '../state/model.ts';
import { readMessage, refuseEmpty } from '../validate/message.ts';
import { messageObject } from '../wire/message.ts';
import { composeEdit, composeMessage, sentBefore } from './compose.ts';
import { CALLBACK, originOf } from './interactions.ts';
import { createOldEdits } from './old-edits.ts';
import { noContent, ok, type Route, type RouteOptions, route } from './route.ts';

/** What an interaction's token allows for 15 minutes: the answer (`@original`) and follow-ups. */
export function webhookRoutes(core: Core): Route[] {
  const countOldEdit = createOldEdits(core.clock);
  const open = (bucket: RouteOptions['bucket']): RouteOptions => ({
    open: true,
    ...(bucket ? { bucket } : {}),
  });

  /**
   * @throws DiscordError 50027 for an invalid or expired token, 10015 for another application or before the
   * acknowledgement
   */
  function authorize(application: string, token: string): Interaction {
    const interaction = core.interactions.byToken(token);
    if (application !== core.applicationId) throw discordError(10015);
    if (!interaction) throw discordError(50027);
    if (interaction.callback === null) throw discordError(10015);
    if (interaction.expired) throw discordError(50027);
    return interaction;
  }

  /** @throws DiscordError 10008 */
  function findMessage(interaction: Interaction, id: string): Message {
    const message = id === '@original' ? interaction.original : core.messages.get(id);
    const kept = message && core.messages.get(message.id);
    if (!kept || !reaches(interaction, kept)) throw discordError(10008);
    return kept;
  }

  const answered = (interaction: Interaction, message: Message) => {
    core.interactions.answer(interaction);
    return ok(messageObject(core, message));
  };

  return [
    route(
      'POST',
      '/webhooks/:application/:token',
      ({ application, token }, { body, uploads }) => {
        const interaction = authorize(application, token);
        const { original } = interaction;
        const deferred =
          interaction.callback === CALLBACK.defer && original && core.messages.get(original.id);
        const read = readMessage(body);
        refuseEmpty(read, uploads.length);
        const { type: _, ...origin } = originOf(core, interaction, read.flags ?? 0);
        const before = sentBefore(core, read, origin);
        if (before) return answered(interaction, before);
        if (deferred && deferred.flags & FLAG.loading) {
          // the first follow-up to a deferred answer replaces "is thinking…"
          const edit = { ...composeEdit(core, deferred, read, uploads), nonce: read.nonce ?? null };
          return answered(interaction, core.messages.edit(deferred, edit));
        }
        const isGuest = interaction.guild !== null && !('0' in interaction.owners);
        if (isGuest && interaction.followUps.size >= LIMITS.interaction.guestFollowUps)
          throw discordError(40094);
        const draft = composeMessage(core, read, uploads, { ...origin, replyTo: original?.id ?? null });
        const message = core.messages.create(draft);
        interaction.followUps.add(message.id);
        return answered(interaction, message);
      },
      open('followUp'),
    ),

    route(
      'GET',
      '/webhooks/:application/:token/messages/:message',
      ({ application, token, message }) =>
        ok(messageObject(core, findMessage(authorize(application, token), message))),
      open('lookUp'),
    ),

    route(
      'PATCH',
      '/webhooks/:application/:token/messages/:message',
      ({ application, token, message: id }, { body, uploads }) => {
        const interaction = authorize(application, token);
        const message = findMessage(interaction, id);
        const read = readMessage(body, { before: message.flags });
        countOldEdit(message);
        return answered(interaction, core.messages.edit(message, composeEdit(core, message, read, uploads)));
      },
      open('messageEdit'),
    ),

    route(
      'DELETE',
      '/webhooks/:application/:token/messages/:message',
      ({ application, token, message }) => {
        core.messages.delete(findMessage(authorize(application, token), message));
        return noContent;
      },
      open('messageDelete'),
    ),
  ];
}
