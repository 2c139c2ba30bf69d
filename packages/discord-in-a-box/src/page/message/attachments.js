// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { covered, localUrl, picture } from './media.js';

/** @import { Message } from '../types.d.ts' */

/** @typedef {Message['attachments'][number]} Attachment */

/**
 * A message's files: images in a grid, audio and video with a player, the rest as cards.
 * @param {Attachment[]} attachments
 */
export function attachmentList(attachments) {
  const pictures = attachments.filter(isPicture);
  const others = attachments.filter((one) => !isPicture(one));
  return [
    pictures.length > 0 &&
      h(
        'div',
        { class: `gallery gallery-${Math.min(pictures.length, 4)}` },
        pictures.map((one) =>
          picture({
            url: one.url,
            attachments,
            description: one.description ?? one.filename,
            width: one.width,
            height: one.height,
            spoiler: isSpoiler(one),
          }),
        ),
      ),
    others.map((one) => fileCard(one, attachments)),
  ];
}

/** @param {Attachment} attachment */
function isPicture({ content_type, filename }) {
  return content_type?.startsWith('image/') ?? /\.(png|jpe?g|gif|webp)$/i.test(filename);
}

/** @param {Attachment} attachment */
function isSpoiler({ filename, flags }) {
  // Discord's spoiler flag, or the older prefix in the name.
  return filename.startsWith('SPOILER_') || ((flags ?? 0) & 8) !== 0;
}

/**
 * @param {Attachment} attachment
 * @param {Attachment[]} attachments
 */
export function fileCard(attachment, attachments) {
  const src = localUrl(attachment.url, attachments);
  const type = attachment.content_type ?? '';
  if (src && type.startsWith('audio/')) return player('audio', src, attachment);
  if (src && type.startsWith('video/')) return player('video', src, attachment);
  const card = h(
    'div',
    { class: 'file-card' },
    icon('file'),
    h(
      'div',
      { class: 'file-about' },
      h('span', { class: 'file-name' }, attachment.filename),
      h('span', { class: 'file-size' }, fileSize(attachment.size)),
    ),
    src &&
      h(
        'a',
        {
          class: 'icon-button',
          href: src,
          download: attachment.filename,
          'aria-label': t('download', { name: attachment.filename }),
        },
        icon('download'),
      ),
  );
  return isSpoiler(attachment) ? covered(card) : card;
}

/** @param {'audio' | 'video'} tag @param {string} src @param {Attachment} attachment */
function player(tag, src, attachment) {
  return h(
    'figure',
    { class: `player player-${tag}` },
    h('figcaption', {}, attachment.filename),
    h(tag, { src, controls: true, preload: 'metadata' }),
  );
}

/** @param {number} bytes */
function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(2)} MB`;
}
