import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import { isObject, type JsonObject, objects } from '../json.ts';
import { INTERACTION, type Interaction } from '../state/model.ts';
import { flatten } from '../validate/components.ts';
import { lengthOf } from '../validate/form.ts';
import { localeSchema } from './commands.ts';
import { chosen } from './components.ts';
import { theInteraction } from './interactions.ts';
import { asUpload, fileSchema, id, read, refuseOutsider, theUser } from './read.ts';
import { createResolved, type Resolved } from './resolved.ts';

const schema = z.strictObject({
  user: id,
  interaction: id,
  fields: z.record(z.string(), z.unknown()).default({}),
  locale: localeSchema,
  customId: z.string().max(100).optional(),
  unchecked: z.boolean().default(false),
});

/** A person submits the modal that answered an interaction. */
export function submitModal(core: Core, body: unknown): Interaction {
  const input = read(schema, body);
  const user = theUser(core, input.user);
  const parent = theInteraction(core, input.interaction);
  const { modal, channel } = parent;
  if (!modal || parent.user !== user)
    throw new ControlError(`${user.name} has no modal open for ${parent.id}.`);
  if (input.customId !== undefined && !input.unchecked)
    throw new ControlError('Only a modified client sends another customId: with unchecked.');
  refuseOutsider(core, user, channel);
  const customId = input.customId ?? String(modal.custom_id);
  const resolved = createResolved(core, channel, user.id);
  const layout = objects(modal.components);
  const names = flatten(layout).map(({ component }) => component.custom_id);
  for (const name of Object.keys(input.fields)) {
    if (!names.includes(name)) throw new ControlError(`The modal has no field ${name}.`);
  }
  const fill = (field: JsonObject): JsonObject => ({
    type: field.type,
    id: field.id,
    ...('custom_id' in field ? { custom_id: field.custom_id } : {}),
    ...fieldValue(core, field, input.fields[String(field.custom_id)], {
      resolved,
      unchecked: input.unchecked,
      channel: channel.id,
    }),
  });
  const components = layout.map((top) => ({
    type: top.type,
    id: top.id,
    ...(isObject(top.component) ? { component: fill(top.component) } : {}),
    ...(Array.isArray(top.components) ? { components: objects(top.components).map(fill) } : {}),
  }));
  core.interactions.submitted(parent);
  return core.interactions.create({
    type: INTERACTION.modal,
    user,
    channel,
    guild: parent.guild,
    locale: input.locale,
    name: null,
    customId,
    source: parent.source,
    parent,
    owners: parent.owners,
    data: { custom_id: customId, components, ...resolved.fields() },
  });
}

/** What a filled-in field submits, depending on its kind. @throws ControlError */
function fieldValue(
  core: Core,
  field: JsonObject,
  given: unknown,
  { resolved, unchecked, channel }: { resolved: Resolved; unchecked: boolean; channel: string },
): JsonObject {
  const name = String(field.custom_id);
  const isRequired = field.required !== false;
  const fail = (must: string): never => {
    throw new ControlError(`The field ${name} must ${must}.`);
  };
  switch (field.type) {
    case 4: {
      const value = given ?? field.value ?? '';
      if (typeof value !== 'string') return fail('be a string');
      const length = lengthOf(value);
      const { min_length: min = 0, max_length: max = 4000 } = field;
      if (unchecked || (length === 0 && !isRequired)) return { value };
      if (length === 0) fail('not be empty');
      if (length < Number(min) || length > Number(max)) fail(`have between ${min} and ${max} characters`);
      return { value };
    }
    case 10:
      return {};
    case 19: {
      const files = z.array(fileSchema).safeParse(given ?? []);
      if (!files.success) return fail('be a list of files');
      if (isRequired && !unchecked && files.data.length < Number(field.min_values ?? 1)) fail('hold a file');
      const kept = files.data.map((file) => core.files.keep(asUpload(file), channel));
      for (const one of kept) resolved.attachment(one);
      return { values: kept.map((one) => one.id) };
    }
    case 21: {
      const values = objects(field.options).map(({ value }) => value);
      if (given === undefined || given === null)
        return isRequired && !unchecked ? fail('be chosen') : { value: null };
      return unchecked || values.includes(given) ? { value: given } : fail('be one of its options');
    }
    case 23:
      return typeof (given ?? false) === 'boolean'
        ? { value: given ?? field.default ?? false }
        : fail('be true or false');
    default: {
      const values = z.array(z.string()).safeParse(given ?? []);
      if (!values.success) return fail('be a list of values');
      const optionalAndEmpty = !isRequired && values.data.length === 0;
      return { values: optionalAndEmpty ? [] : chosen(field, values.data, resolved, unchecked) };
    }
  }
}
