import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import {
  type Channel,
  type Command,
  guildOf,
  INTERACTION,
  type Interaction,
  type User,
} from '../state/model.ts';
import { LOCALES } from '../validate/command.ts';
import { CONTEXT, contextOf } from '../wire/interaction.ts';
import { buildOptions } from './options.ts';
import { id, read, refuseOutsider, theChannel, theMessage, theUser } from './read.ts';
import { createResolved, type Resolved } from './resolved.ts';

export const localeSchema = z.enum(LOCALES).default('es-ES');

const fields = {
  guild: id.nullish(),
  channel: id,
  user: id,
  name: z.string(),
  subcommand: z.string().optional(),
  options: z.record(z.string(), z.unknown()).default({}),
  locale: localeSchema,
};
const commandSchema = z.strictObject({
  ...fields,
  target: id.optional(),
  type: z.literal([1, 2, 3]).optional(),
  unchecked: z.boolean().default(false),
});
const autocompleteSchema = z.strictObject({ ...fields, focused: z.string() });
type Place = { guild?: string | null | undefined; channel: string; user: string };

/** A person uses a slash command or a context menu. @returns the interaction, already sent to the bot */
export function useCommand(core: Core, body: unknown): Interaction {
  const input = read(commandSchema, body);
  const { user, channel } = placeOf(core, input);
  const command = findCommand(core, channel, input.name, input.type);
  const owners = ownersOf(core, command.definition, channel, user);
  if (!input.unchecked) refuseElsewhere(command, channel, owners);
  const resolved = createResolved(core, channel, user.id);
  const target = command.type === 1 ? {} : targetOf(core, command, input.target, user, resolved);
  const options = buildOptions(core, command.definition, input, { channel, resolved });
  return core.interactions.create({
    ...draftOf(command, user, channel, input.locale, owners),
    type: INTERACTION.command,
    data: { ...dataOf(command), ...(command.type === 1 ? { options } : {}), ...target, ...resolved.fields() },
  });
}

/** A person types into an option with autocomplete. */
export function askForChoices(core: Core, body: unknown): Interaction {
  const input = read(autocompleteSchema, body);
  const { user, channel } = placeOf(core, input);
  const command = findCommand(core, channel, input.name, 1);
  const owners = ownersOf(core, command.definition, channel, user);
  refuseElsewhere(command, channel, owners);
  const resolved = createResolved(core, channel, user.id);
  const options = buildOptions(
    core,
    command.definition,
    { ...input, unchecked: false },
    { channel, resolved },
  );
  return core.interactions.create({
    ...draftOf(command, user, channel, input.locale, owners),
    type: INTERACTION.autocomplete,
    data: { ...dataOf(command), options, ...resolved.fields() },
  });
}

function placeOf(core: Core, input: Place): { user: User; channel: Channel } {
  const user = theUser(core, input.user);
  const channel = theChannel(core, input.channel);
  if (input.guild && guildOf(channel)?.id !== input.guild) {
    throw new ControlError(`The channel ${channel.id} is not in the guild ${input.guild}.`);
  }
  refuseOutsider(core, user, channel);
  return { user, channel };
}

function findCommand(core: Core, channel: Channel, name: string, type: number | undefined): Command {
  const usable = core.commands.usableIn(guildOf(channel)?.id ?? null);
  const command = usable.find((one) => one.name === name && (type === undefined || one.type === type));
  if (command) return command;
  const known = usable.map((one) => one.name).join(', ') || 'none yet';
  throw new ControlError(`There is no command ${name} here; registered: ${known}.`);
}

const dataOf = ({ id: commandId, name, type, guildId }: Command): JsonObject => ({
  id: commandId,
  name,
  type,
  ...(guildId === null ? {} : { guild_id: guildId }),
});

function targetOf(
  core: Core,
  command: Command,
  target: string | undefined,
  user: User,
  resolved: Resolved,
): JsonObject {
  if (target === undefined)
    throw new ControlError(`${command.name} needs a target: the id of what it is used on.`);
  if (command.type === 2) resolved.user(target);
  else resolved.message(theMessage(core, target, user));
  return { target_id: target };
}

function draftOf(
  command: Command,
  user: User,
  channel: Channel,
  locale: string,
  owners: Record<string, string>,
) {
  return {
    user,
    channel,
    guild: guildOf(channel),
    locale,
    name: command.name,
    customId: null,
    source: null,
    parent: null,
    owners,
  };
}

/**
 * The installations that allow the command here: key 0 is the guild's ("0" in direct messages with the bot), key 1 the
 * person's, if the command supports that and they installed it.
 */
function ownersOf(core: Core, definition: JsonObject, channel: Channel, user: User): Record<string, string> {
  const kinds = Array.isArray(definition.integration_types) ? definition.integration_types : [0];
  const guild = guildOf(channel);
  const byGuild = kinds.includes(0) && channel.kind !== 'private' && guild?.joined !== false;
  const byUser = kinds.includes(1) && core.world.installedBy.has(user.id);
  return { ...(byGuild ? { 0: guild?.id ?? '0' } : {}), ...(byUser ? { 1: user.id } : {}) };
}

const PLACES = ['a guild', 'a conversation with the bot', 'a conversation between people'];

/** Refuses a command in places where Discord does not offer it. @throws ControlError */
function refuseElsewhere(command: Command, channel: Channel, owners: Record<string, string>): void {
  const { contexts, dm_permission: inDirect } = command.definition;
  const context = contextOf(channel);
  const offered = Array.isArray(contexts)
    ? contexts.includes(context)
    : context === CONTEXT.guild || inDirect !== false;
  if (!offered)
    throw new ControlError(`The command ${command.name} is not for ${PLACES[context]}: see its contexts.`);
  if (Object.keys(owners).length > 0) return;
  const guild = guildOf(channel);
  throw new ControlError(
    guild && !guild.joined
      ? `The bot is not in ${guild.name}, and the command ${command.name} is not there through the person's own installation.`
      : `The command ${command.name} is there only for who has installed the application: see install-app.`,
  );
}
