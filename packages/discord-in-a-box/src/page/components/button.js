// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';

/** @import { APIButtonComponent, APIMessageComponentEmoji } from 'discord-api-types/v10' */
/** @import { Surroundings } from '../types.d.ts' */

const styles = ['', 'primary', 'secondary', 'success', 'danger', 'link', 'premium'];

/**
 * A message's button; shows a waiting state while its interaction is open.
 * @param {APIButtonComponent} component
 * @param {Surroundings} around
 */
export function button(component, { state, message, press }) {
  const style = styles[component.style] ?? 'secondary';
  const face = [
    'emoji' in component && component.emoji && emojiFace(component.emoji),
    'label' in component && component.label && h('span', { class: 'button-label' }, component.label),
  ];
  if ('url' in component)
    return h(
      'a',
      {
        class: 'button button-link',
        href: component.disabled ? null : component.url,
        'aria-disabled': component.disabled ? 'true' : null,
        target: '_blank',
        rel: 'noopener noreferrer nofollow',
      },
      face,
      icon('external', 'icon-small'),
      h('span', { class: 'visually-hidden' }, ` (${t('opensOutside')})`),
    );
  const customId = 'custom_id' in component ? component.custom_id : '';
  const waiting = state.presses.some(
    (one) => one.message === message.id && one.customId === customId && !one.failed,
  );
  return h(
    'button',
    {
      type: 'button',
      class: ['button', `button-${style}`, waiting && 'button-waiting'],
      disabled: component.disabled || (!customId && style !== 'premium'),
      'aria-busy': waiting ? 'true' : null,
      'data-custom-id': customId,
      onclick: () => !waiting && press(customId),
    },
    style === 'premium' ? h('span', { class: 'button-label' }, 'Premium') : face,
    waiting && h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
  );
}

/** @param {APIMessageComponentEmoji} emoji */
export function emojiFace({ id, name }) {
  return h(
    'span',
    { class: ['emoji', id && 'emoji-custom'], 'aria-hidden': 'true' },
    id ? `:${name}:` : name,
  );
}
