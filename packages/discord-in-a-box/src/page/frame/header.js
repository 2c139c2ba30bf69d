// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { channelOf, placeName } from '../names.js';

/** @import { Store } from '../store.js' */

/**
 * The bar above the messages: the current place, and on a phone the buttons for the drawers.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {() => void} deps.openDrawer
 * @param {() => void} deps.toggleMembers
 */
export function header({ store, openDrawer, toggleMembers }) {
  const menu = h(
    'button',
    { type: 'button', class: 'icon-button only-phone', onclick: openDrawer },
    icon('menu'),
  );
  const members = h(
    'button',
    { type: 'button', class: 'icon-button', onclick: toggleMembers },
    icon('people'),
  );
  const name = h('h2', { class: 'bar-name' });
  const topic = h('span', { class: 'bar-topic' });
  const element = h('header', { class: 'bar' }, menu, name, topic, members);
  store.subscribe(['world', 'place', 'locale', 'user'], (state) => {
    const channel = channelOf(state);
    menu.setAttribute('aria-label', t('menuOpen'));
    members.setAttribute('aria-label', t('membersShow'));
    members.title = t('membersShow');
    members.hidden = !state.place;
    const text = placeName(state).slice(1);
    name.replaceChildren(
      ...(state.place ? [icon(channel ? 'hash' : 'message')] : []),
      h('span', {}, text),
      ...(channel?.nsfw ? [h('span', { class: 'nsfw', title: t('nsfw') }, '18+')] : []),
    );
    topic.textContent = channel?.topic ?? '';
    topic.title = channel?.topic ?? '';
  });
  return { element };
}
