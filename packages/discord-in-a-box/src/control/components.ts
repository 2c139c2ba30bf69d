import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import { type JsonObject, objects } from '../json.ts';
import { guildOf, INTERACTION, type Interaction, type Message } from '../state/model.ts';
import { flatten } from '../validate/components.ts';
import { localeSchema } from './commands.ts';
import { id, read, refuseOutsider, theMessage, theUser } from './read.ts';
import { createResolved, type Resolved } from './resolved.ts';

const schema = z.strictObject({
  user: id,
  message: id,
  customId: z.string().min(1).max(100),
  values: z.array(z.string()).optional(),
  locale: localeSchema,
  unchecked: z.boolean().default(false),
});

/** A person presses a button or picks from a select. */
export function useComponent(core: Core, body: unknown): Interaction {
  const input = read(schema, body);
  const user = theUser(core, input.user);
  const source = theMessage(core, input.message, user);
  refuseOutsider(core, user, source.channel);
  if (guildOf(source.channel)?.joined === false && !source.interaction?.owners[1])
    throw new ControlError(`The bot is not in ${guildOf(source.channel)?.name}.`);
  const found = findComponent(source, input.customId);
  const resolved = createResolved(core, source.channel, user.id);
  if (!input.unchecked) {
    if (!found) throw new ControlError(`The message ${source.id} has no component ${input.customId}.`);
    if (found.disabled) throw new ControlError(`The component ${input.customId} is disabled.`);
  }
  const component = found ?? { type: input.values ? 3 : 2, id: 1 };
  const values =
    component.type === 2 ? undefined : chosen(component, input.values ?? [], resolved, input.unchecked);
  return core.interactions.create({
    type: INTERACTION.component,
    user,
    channel: source.channel,
    guild: guildOf(source.channel),
    locale: input.locale,
    name: null,
    customId: input.customId,
    source,
    parent: null,
    owners: source.interaction?.owners ?? { 0: guildOf(source.channel)?.id ?? '0' },
    data: {
      custom_id: input.customId,
      component_type: component.type,
      id: component.id,
      ...(values ? { values } : {}),
      ...resolved.fields(),
    },
  });
}

const findComponent = (message: Message, customId: string): JsonObject | undefined =>
  flatten(message.components).find(({ component }) => component.custom_id === customId)?.component;

/** A select's values, with their kind and number checked. @throws ControlError */
export function chosen(
  select: JsonObject,
  values: string[],
  resolved: Resolved,
  unchecked: boolean,
): string[] {
  const name = String(select.custom_id);
  const min = Number(select.min_values ?? 1);
  const max = Number(select.max_values ?? 1);
  if (!unchecked) {
    if (values.length < min || values.length > max) {
      throw new ControlError(`The select ${name} takes ${min === max ? min : `${min} to ${max}`} values.`);
    }
    if (new Set(values).size !== values.length) throw new ControlError(`A value of ${name} stands twice.`);
  }
  for (const value of values) {
    if (select.type === 5) resolved.user(value);
    else if (select.type === 6) resolved.role(value);
    else if (select.type === 7) resolved.mentionable(value);
    else if (select.type === 8)
      resolved.channel(value, select.channel_types as number[] | undefined); // validated when the message was sent
    else if (!unchecked && !objects(select.options).some((option) => option.value === value)) {
      throw new ControlError(`The select ${name} has no option ${value}.`);
    }
  }
  return values;
}
