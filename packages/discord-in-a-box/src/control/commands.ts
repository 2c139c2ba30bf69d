import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { type Channel, type Command, INTERACTION, type Interaction, type User } from '../state/model.ts';
import { LOCALES } from '../validate/command.ts';
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

/** A person uses a slash command or a context menu. @returns the interaction, already on its way to the bot */
export function useCommand(core: Core, body: unknown): Interaction {
  const input = read(commandSchema, body);
  const { user, channel } = placeOf(core, input);
  const command = findCommand(core, channel, input.name, input.type);
  const resolved = createResolved(core, channel, user.id);
  const target = command.type === 1 ? {} : targetOf(core, command, input.target, user, resolved);
  const options = buildOptions(core, command.definition, input, { channel, resolved });
  return core.interactions.create({
    ...draftOf(command, user, channel, input.locale),
    type: INTERACTION.command,
    data: { ...dataOf(command), ...(command.type === 1 ? { options } : {}), ...target, ...resolved.fields() },
  });
}

/** A person types in an option with autocomplete. */
export function askForChoices(core: Core, body: unknown): Interaction {
  const input = read(autocompleteSchema, body);
  const { user, channel } = placeOf(core, input);
  const command = findCommand(core, channel, input.name, 1);
  const resolved = createResolved(core, channel, user.id);
  const options = buildOptions(
    core,
    command.definition,
    { ...input, unchecked: false },
    { channel, resolved },
  );
  return core.interactions.create({
    ...draftOf(command, user, channel, input.locale),
    type: INTERACTION.autocomplete,
    data: { ...dataOf(command), options, ...resolved.fields() },
  });
}

function placeOf(core: Core, input: Place): { user: User; channel: Channel } {
  const user = theUser(core, input.user);
  const channel = theChannel(core, input.channel);
  if (input.guild && (channel.kind !== 'guild' || channel.guild.id !== input.guild)) {
    throw new ControlError(`The channel ${channel.id} is not in the guild ${input.guild}.`);
  }
  refuseOutsider(core, user, channel);
  return { user, channel };
}

function findCommand(core: Core, channel: Channel, name: string, type: number | undefined): Command {
  const usable = core.commands.usableIn(channel.kind === 'guild' ? channel.guild.id : null);
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

function draftOf(command: Command, user: User, channel: Channel, locale: string) {
  const guild = channel.kind === 'guild' ? channel.guild : null;
  return {
    user,
    channel,
    guild,
    locale,
    name: command.name,
    customId: null,
    source: null,
    parent: null,
    owners: ownersOf(command.definition, guild?.id ?? null, user),
  };
}

/**
 * Who installed what answers: key 0 the guild ("0" in the bot's DM), key 1 the user where the command is made
 * for user installs too.
 */
function ownersOf(definition: JsonObject, guildId: string | null, user: User): Record<string, string> {
  const kinds = Array.isArray(definition.integration_types) ? definition.integration_types : [0];
  return {
    ...(kinds.includes(0) ? { 0: guildId ?? '0' } : {}),
    ...(kinds.includes(1) ? { 1: user.id } : {}),
  };
}
