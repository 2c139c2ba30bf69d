// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { removeClosed } from '../ui/remove.js';

/** @import { Message } from '../types.d.ts' */

/**
 * The address the page may load an image from, or null: only files stored in the box, since no request leaves the
 * machine.
 * @param {string | null | undefined} url `attachment://name` or an address
 * @param {Message['attachments']} attachments the message's own files
 */
export function localUrl(url, attachments) {
  if (!url) return null;
  if (url.startsWith('attachment://')) {
    const name = url.slice('attachment://'.length);
    return localUrl(attachments.find(({ filename }) => filename === name)?.url, []);
  }
  if (!URL.canParse(url)) return null;
  const { origin, pathname, search } = new URL(url);
  return origin === location.origin ? pathname + search : null;
}

/**
 * An image that opens enlarged, or a note instead if it is hosted elsewhere.
 * @param {object} picture
 * @param {string | null | undefined} picture.url
 * @param {Message['attachments']} picture.attachments
 * @param {string | null | undefined} [picture.description] alternative text
 * @param {number | null | undefined} [picture.width] pixels
 * @param {number | null | undefined} [picture.height]
 * @param {boolean | null | undefined} [picture.spoiler]
 * @param {string} [picture.className]
 */
export function picture({ url, attachments, description, width, height, spoiler, className = '' }) {
  const src = localUrl(url, attachments);
  if (!src) return externalNote(url ?? '', className);
  const image = h('img', { src, alt: description ?? '', width, height, loading: 'lazy', decoding: 'async' });
  const button = h(
    'button',
    {
      type: 'button',
      class: ['picture', className],
      'aria-label': description ? t('openImage', { name: description }) : t('openUnnamedImage'),
      onclick: () => enlarge(src, description || t('image')),
    },
    image,
  );
  return spoiler ? covered(button) : button;
}

/** @param {string} url @param {string} className */
function externalNote(url, className) {
  const host = URL.canParse(url) ? new URL(url).host : url;
  return h(
    'a',
    {
      class: ['picture-external', className],
      href: url,
      target: '_blank',
      rel: 'noopener noreferrer nofollow',
      title: t('externalMedia', { host }),
    },
    icon('image'),
    h('span', { 'aria-hidden': 'true' }, host),
    h('span', { class: 'visually-hidden' }, t('externalMedia', { host })),
  );
}

/**
 * Hides an element behind a cover that a click removes.
 * @param {HTMLElement} content
 */
export function covered(content) {
  content.inert = true;
  const cover = h(
    'button',
    { type: 'button', class: 'cover', 'aria-label': t('spoiler'), onclick: reveal },
    h('span', { class: 'cover-mark' }, t('spoilerMark')),
  );
  const box = h('div', { class: 'covered' }, content, cover);
  return box;

  function reveal() {
    content.inert = false;
    cover.remove();
    box.classList.add('covered-shown');
  }
}

/** @param {string} src @param {string} name */
function enlarge(src, name) {
  const dialog = h(
    'dialog',
    {
      class: 'lightbox',
      'aria-label': name,
      onclick: () => dialog.close(),
      onclose: () => removeClosed(dialog),
    },
    h('img', { src, alt: name }),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': t('close') }, icon('close')),
  );
  document.body.append(dialog);
  dialog.showModal();
}
