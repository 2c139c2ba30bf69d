import { type BaseInteraction, cleanContent } from 'discord.js';

/** Stand-ins for ids without a known name: people who left, another server's roles and channels. */
const NAMELESS = [
  [/<@!?\d+>/g, '@alguien'],
  [/<@&\d+>/g, '@rol'],
  [/<#\d+>/g, '#canal'],
  [/<id:\w+>/g, '#canal'],
  [/<\/([^:>\n]+):\d+>/g, '/$1'],
  [/<a?:(\w+):\d+>/g, ':$1:'],
] as const;
/** A moment that each reader sees in their own time zone. */
const MOMENT = /<t:(-?\d{1,12})(?::[a-zA-Z])?>/g;

/**
 * What somebody wrote, as people see it: "@Lucía" and ":pepe:" where Discord sends `<@80351110224678912>` and
 * `<:pepe:123456789012345678>`. Names come from what Discord resolved for the interaction and from the cache.
 */
export function readable(text: string, { channel }: Pick<BaseInteraction, 'channel'>): string {
  const named = channel ? cleanContent(text, channel) : text;
  return NAMELESS.reduce((rest, [id, name]) => rest.replaceAll(id, name), named).replace(
    MOMENT,
    (_, seconds) => new Date(1000 * Number(seconds)).toLocaleDateString('es-ES', { dateStyle: 'long' }),
  );
}
