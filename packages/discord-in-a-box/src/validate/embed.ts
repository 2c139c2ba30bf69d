import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import { complaint, integer, lengthOf, list, optional, text, url } from './form.ts';

const { embed } = LIMITS;
const link = optional(url(embed.url, ['http', 'https']));
const image = optional(z.object({ url: url(embed.url) }));
const timestamp = z
  .string()
  .refine(
    (value) => !Number.isNaN(Date.parse(value)),
    complaint('DATE_TIME_TYPE_PARSE', 'Could not parse value. Should be ISO8601.'),
  );

const embedSchema = z.object({
  title: optional(text(0, embed.title)),
  description: optional(text(0, embed.description)),
  url: link,
  color: optional(integer(0, 0xffffff)),
  timestamp: optional(timestamp.transform((value) => new Date(value).toISOString())),
  author: optional(z.object({ name: text(1, embed.author), url: link, icon_url: optional(url(embed.url)) })),
  footer: optional(z.object({ text: text(1, embed.footer), icon_url: optional(url(embed.url)) })),
  image,
  thumbnail: image,
  fields: optional(
    list(
      z.object({
        name: text(1, embed.fieldName),
        value: text(1, embed.fieldValue),
        inline: optional(z.boolean()).transform((inline) => inline ?? false),
      }),
      0,
      embed.fields,
    ),
  ),
});
export type Embed = z.infer<typeof embedSchema>;

/** The characters in an embed that count toward the total. */
const textOf = ({ title, description, author, footer, fields = [] }: Embed): string =>
  [
    title,
    description,
    author?.name,
    footer?.text,
    ...fields.flatMap(({ name, value }) => [name, value]),
  ].join('');

/** A message's embeds: at most 10, with up to 6,000 characters in total. */
export const embedsSchema = list(embedSchema, 0, LIMITS.message.embeds).superRefine((embeds, context) => {
  let total = 0;
  embeds.forEach((one, index) => {
    if (isBlank(one)) {
      const issue = complaint('BASE_TYPE_REQUIRED', 'This field is required');
      context.addIssue({ code: 'custom', path: [index, 'description'], ...issue });
    }
    total += lengthOf(textOf(one));
    if (total <= embed.total) return;
    const issue = complaint('MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${embed.total}`);
    context.addIssue({ code: 'custom', path: [index], ...issue });
  });
});

const isBlank = (one: Embed): boolean =>
  textOf(one).trim() === '' && !one.image && !one.thumbnail && one.timestamp === undefined;
