// @ts-check
import { h } from '../dom.js';
import { inlineMarkdown, markdown } from '../markdown/render.js';
import { cssColor } from '../names.js';
import { messageTime } from '../time.js';
import { localUrl, picture } from './media.js';

/** @import { APIEmbed } from 'discord-api-types/v10' */
/** @import { Child, Message, State } from '../types.d.ts' */

/**
 * An embed: color bar, author, title, description, fields, thumbnail, image, footer and time.
 * @param {APIEmbed} embed
 * @param {Message['attachments']} attachments
 * @param {State} state
 */
export function embedCard(embed, attachments, state) {
  const card = h(
    'article',
    { class: ['embed', embed.thumbnail && 'embed-with-thumbnail'] },
    h(
      'div',
      { class: 'embed-main' },
      embed.provider?.name && h('div', { class: 'embed-provider' }, embed.provider.name),
      embed.author && author(embed.author, attachments),
      embed.title && title(embed, state),
      embed.description && markdown(embed.description, state, { className: 'embed-description' }),
      embed.fields && embed.fields.length > 0 && fields(embed.fields, state),
    ),
    embed.thumbnail && picture({ url: embed.thumbnail.url, attachments, className: 'embed-thumbnail' }),
    embed.image &&
      picture({
        url: embed.image.url,
        attachments,
        width: embed.image.width,
        height: embed.image.height,
        className: 'embed-image',
      }),
    footer(embed, attachments),
  );
  if (embed.color !== undefined && embed.color !== null)
    card.style.setProperty('--bar', cssColor(embed.color));
  return card;
}

/** @param {NonNullable<APIEmbed['author']>} who @param {Message['attachments']} attachments */
function author({ name, url, icon_url }, attachments) {
  return h(
    'div',
    { class: 'embed-author' },
    smallIcon(icon_url, attachments),
    url ? outside(url, name) : name,
  );
}

/** @param {APIEmbed} embed @param {State} state */
function title({ title: text = '', url }, state) {
  const content = inlineMarkdown(text, state);
  return h('div', { class: 'embed-title' }, url ? outside(url, content) : content);
}

/** @param {NonNullable<APIEmbed['fields']>} list @param {State} state */
function fields(list, state) {
  return h(
    'div',
    { class: 'embed-fields' },
    list.map(({ name, value, inline }) =>
      h(
        'div',
        { class: ['embed-field', inline && 'embed-field-inline'] },
        h('div', { class: 'embed-field-name' }, inlineMarkdown(name, state)),
        markdown(value, state, { className: 'embed-field-value' }),
      ),
    ),
  );
}

/** @param {APIEmbed} embed @param {Message['attachments']} attachments */
function footer({ footer: about, timestamp }, attachments) {
  const parts = [about?.text, timestamp && messageTime(new Date(timestamp))].filter(Boolean);
  return (
    parts.length > 0 &&
    h(
      'div',
      { class: 'embed-footer' },
      smallIcon(about?.icon_url, attachments),
      h('span', {}, parts.join(' • ')),
    )
  );
}

/** @param {string | undefined} url @param {Message['attachments']} attachments */
function smallIcon(url, attachments) {
  const src = localUrl(url, attachments);
  return src && h('img', { class: 'embed-icon', src, alt: '' });
}

/** @param {string} url @param {Child} content */
function outside(url, content) {
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, content);
}
