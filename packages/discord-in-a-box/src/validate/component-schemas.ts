import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { complaint, integer, list, optional, snowflake, text, url } from './form.ts';

const { component } = LIMITS;
export const id = optional(integer(0, 2 ** 31 - 1));
export const customId = text(1, component.customId);
const emoji = z.object({
  id: optional(snowflake),
  name: optional(z.string()),
  animated: optional(z.boolean()),
});

/** Button styles: 1–4 have a custom id, 5 a link, 6 a product. */
const LINK = 5;
const PREMIUM = 6;

const button = z
  .object({
    type: z.literal(2),
    id,
    style: z.literal([1, 2, 3, 4, 5, 6]),
    custom_id: optional(customId),
    label: optional(text(0, component.label)),
    emoji: optional(emoji),
    url: optional(url(component.url, ['http', 'https', 'discord'])),
    sku_id: optional(snowflake),
    disabled: optional(z.boolean()),
  })
  .superRefine((one, context) => {
    const field = one.style === LINK ? 'url' : one.style === PREMIUM ? 'sku_id' : 'custom_id';
    const required = complaint('BASE_TYPE_REQUIRED', 'This field is required');
    if (one[field] === undefined) context.addIssue({ code: 'custom', path: [field], ...required });
    if (one.style === PREMIUM) return;
    if (!one.label && !one.emoji) context.addIssue({ code: 'custom', path: ['label'], ...required });
    if (one.url !== undefined && one.custom_id !== undefined) {
      const both = complaint('COMPONENT_CUSTOM_ID_AND_URL', 'A custom id and url cannot both be specified');
      context.addIssue({ code: 'custom', path: ['custom_id'], ...both });
    }
  });

const selectFields = {
  id,
  custom_id: customId,
  placeholder: optional(text(0, component.placeholder)),
  min_values: optional(integer(0, component.options)),
  max_values: optional(integer(1, component.options)),
  disabled: optional(z.boolean()),
  required: optional(z.boolean()),
};

const selectOption = z.object({
  label: text(1, component.optionText),
  value: text(1, component.optionText),
  description: optional(text(0, component.optionText)),
  emoji: optional(emoji),
  default: optional(z.boolean()),
});

const stringSelect = z
  .object({ type: z.literal(3), ...selectFields, options: list(selectOption, 1, component.options) })
  .superRefine(({ options }, context) => {
    options.forEach(({ value }, index) => {
      if (options.findIndex((other) => other.value === value) === index) return;
      const issue = complaint(
        'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
        'The specified option value is already used',
      );
      context.addIssue({ code: 'custom', path: ['options', index, 'value'], ...issue });
    });
  });

const entitySelect = <const T extends number>(type: T) =>
  z.object({
    type: z.literal(type),
    ...selectFields,
    default_values: optional(
      list(z.object({ id: snowflake, type: z.enum(['user', 'role', 'channel']) }), 0, component.options),
    ),
    channel_types: optional(z.array(integer(0, 20))),
  });

/** String, user, role, mentionable and channel selects. */
export const selects = [
  stringSelect,
  entitySelect(5),
  entitySelect(6),
  entitySelect(7),
  entitySelect(8),
] as const;

const actionRow = z
  .object({
    type: z.literal(1),
    id,
    components: list(z.discriminatedUnion('type', [button, ...selects]), 1, component.perRow),
  })
  .superRefine(({ components }, context) => {
    if (components.length === 1 || components.every(({ type }) => type === 2)) return;
    const issue = complaint(
      'COMPONENT_LAYOUT_WIDTH_EXCEEDED',
      'The specified component exceeds the maximum width',
    );
    context.addIssue({ code: 'custom', path: ['components', 1], ...issue });
  });

export const textDisplay = z.object({ type: z.literal(10), id, content: text(1, component.text) });
const media = z.object({ url: url(LIMITS.embed.url) });
const mediaDescription = optional(text(0, component.mediaDescription));
const spoiler = optional(z.boolean());

const thumbnail = z.object({ type: z.literal(11), id, media, description: mediaDescription, spoiler });
const section = z.object({
  type: z.literal(9),
  id,
  components: list(textDisplay, 1, component.section),
  accessory: z.discriminatedUnion('type', [button, thumbnail]),
});
const gallery = z.object({
  type: z.literal(12),
  id,
  items: list(z.object({ media, description: mediaDescription, spoiler }), 1, component.gallery),
});
const file = z.object({
  type: z.literal(13),
  id,
  file: z.object({ url: url(LIMITS.embed.url, ['attachment', 'http', 'https']) }),
  spoiler,
});
const separator = z.object({
  type: z.literal(14),
  id,
  divider: optional(z.boolean()),
  spacing: optional(z.literal([1, 2])),
});

const layout = [actionRow, section, textDisplay, gallery, file, separator] as const;
const container = z.object({
  type: z.literal(17),
  id,
  accent_color: optional(integer(0, 0xffffff)),
  spoiler,
  components: list(z.discriminatedUnion('type', layout), 1, component.total),
});

/** Allowed at the top level of a Components V2 message. */
export const topLevelV2 = z.discriminatedUnion('type', [...layout, container]);
/** Allowed at the top level of any other message. */
export const topLevelV1 = z.discriminatedUnion('type', [actionRow]);
