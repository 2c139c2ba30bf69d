// @ts-check
import { avatar } from '../avatar.js';
import { focus, h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { guildOf, nameOf, partnerOf, spotsOf } from '../names.js';

/** @import { Place, State } from '../types.d.ts' */
/** @import { Store } from '../store.js' */

/**
 * The channels of the current guild, or the direct messages.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {(place: Place) => void} deps.visit
 */
export function channelList({ store, visit }) {
  const title = h('h1', { class: 'guild-name' });
  const list = h('ul', { class: 'channels', onkeydown: roam });
  const element = h('nav', { class: 'channels-frame' }, h('header', { class: 'bar' }, title), list);
  store.subscribe(['world', 'place', 'unread', 'locale', 'user'], draw);
  return { element };

  /** @param {State} state */
  function draw(state) {
    const { place, world } = state;
    const focused =
      list.contains(document.activeElement) && document.activeElement?.getAttribute('data-channel');
    element.setAttribute('aria-label', t('channels'));
    const guild = guildOf(state);
    title.textContent = guild?.name ?? (place ? t('directMessages') : '');
    if (guild) {
      list.replaceChildren(
        h('li', { class: 'channels-heading' }, t('textChannels')),
        ...spotsOf(guild, state.user)
          .filter(({ id, thread }) => !thread?.archived || id === place?.channel)
          .map(({ id, name, type, thread }) =>
            line(
              state,
              { guild: guild.id, channel: id },
              icon(thread || type === 15 ? 'message' : 'hash', 'icon-small'),
              name,
              thread !== null,
            ),
          ),
      );
    } else if (place && world) {
      const { bot } = world;
      const own = world.dms.find(({ user }) => user === state.user);
      const others = world.privates.filter(({ users }) => users.includes(state.user ?? ''));
      list.replaceChildren(
        ...(own
          ? [
              line(
                state,
                { guild: null, channel: own.id },
                avatar(bot.name, bot.id, { bot: true, online: bot.online }),
                bot.name,
              ),
            ]
          : []),
        ...(others.length > 0 ? [h('li', { class: 'channels-heading' }, t('privates'))] : []),
        ...others.map(({ id }) => {
          const partner = partnerOf(state, id) ?? '';
          const name = nameOf(state, partner);
          return line(state, { guild: null, channel: id }, avatar(name, partner), name);
        }),
      );
    } else list.replaceChildren();
    if (focused) {
      const again = list.querySelector(`[data-channel="${CSS.escape(focused)}"]`);
      if (again instanceof HTMLElement) again.focus();
    }
  }

  /** @param {State} state @param {Place} place @param {Node} face @param {string} name @param {boolean} [nested] a thread */
  function line(state, place, face, name, nested = false) {
    const current = state.place?.channel === place.channel;
    const unread = state.unread.get(place.channel) ?? 0;
    return h(
      'li',
      {},
      h(
        'button',
        {
          type: 'button',
          class: [
            'channel',
            nested && 'channel-thread',
            current && 'channel-current',
            unread > 0 && 'channel-unread',
          ],
          'data-channel': place.channel,
          'aria-current': current ? 'page' : null,
          onclick: () => visit(place),
        },
        face,
        h('span', { class: 'channel-name' }, name),
        unread > 0 &&
          h(
            'span',
            { class: 'badge', 'aria-label': t('unread', { count: unread }) },
            unread > 99 ? '99+' : unread,
          ),
      ),
    );
  }

  /** @param {KeyboardEvent} event */
  function roam(event) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const buttons = [...list.querySelectorAll('.channel')];
    const at = document.activeElement ? buttons.indexOf(document.activeElement) : -1;
    if (at < 0) return;
    event.preventDefault();
    focus(buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]);
  }
}
