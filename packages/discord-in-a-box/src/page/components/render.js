// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { markdown } from '../markdown/render.js';
import { fileCard } from '../message/attachments.js';
import { covered, picture } from '../message/media.js';
import { cssColor } from '../names.js';
import { button } from './button.js';
import { select } from './select.js';

/** @import { APIMessageComponent } from 'discord-api-types/v10' */
/** @import { Message, Surroundings } from '../types.d.ts' */

/**
 * A message's components, both classic and Components V2.
 * @param {readonly APIMessageComponent[]} components
 * @param {Surroundings} around
 * @returns {HTMLElement[]}
 */
export function componentList(components, around) {
  return components.map((component) => render(component, around));
}

/** @param {APIMessageComponent} component @param {Surroundings} around @returns {HTMLElement} */
function render(component, around) {
  const { state, message } = around;
  const { attachments } = message;
  switch (component.type) {
    case 1:
      return h('div', { class: 'action-row' }, componentList(component.components, around));
    case 2:
      return button(component, around);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      return select(component, around);
    case 9:
      return h(
        'div',
        { class: 'section' },
        h('div', { class: 'section-texts' }, componentList(component.components, around)),
        h('div', { class: 'section-accessory' }, render(component.accessory, around)),
      );
    case 10:
      return markdown(component.content, state, { className: 'text-display' });
    case 11:
      return picture({
        url: component.media.url,
        attachments,
        description: component.description,
        spoiler: component.spoiler,
        className: 'thumbnail',
      });
    case 12:
      return h(
        'div',
        { class: `gallery gallery-${Math.min(component.items.length, 4)}` },
        component.items.map(({ media, description, spoiler }) =>
          picture({
            url: media.url,
            attachments,
            description,
            spoiler,
            width: media.width,
            height: media.height,
          }),
        ),
      );
    case 13:
      return file(component, attachments);
    case 14:
      return h('div', {
        class: [
          'separator',
          component.divider !== false && 'separator-line',
          component.spacing === 2 && 'separator-large',
        ],
        role: component.divider !== false ? 'separator' : null,
      });
    case 17: {
      const box = h('div', { class: 'container' }, componentList(component.components, around));
      if (component.accent_color !== undefined && component.accent_color !== null)
        box.style.setProperty('--bar', cssColor(component.accent_color));
      return component.spoiler ? covered(box) : box;
    }
    default: {
      // A type newer than this page: shown as unsupported instead of left out.
      const { type } = /** @type {{ type: number }} */ (component);
      return h('div', { class: 'unknown-component' }, t('unknownComponent', { type }));
    }
  }
}

/**
 * @param {Extract<APIMessageComponent, { type: 13 }>} component
 * @param {Message['attachments']} attachments
 */
function file({ file: { url }, spoiler, name, size }, attachments) {
  const last =
    url
      .replace(/[?#].*$/, '')
      .split('/')
      .at(-1) ?? '';
  const filename = name ?? decodeURIComponent(last);
  const known = attachments.find((one) => one.filename === filename || one.url === url);
  const card = fileCard(known ?? { id: '0', filename, size: size ?? 0, url, proxy_url: url }, attachments);
  return spoiler ? covered(card) : card;
}
