// @ts-check
import { avatar } from '../avatar.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { colorOf, guildOf, people } from '../names.js';

/** @import { State } from '../types.d.ts' */
/** @import { Store } from '../store.js' */

/** @typedef {{ id: string, name: string, moderator: boolean, bot: boolean }} Listed */

/** The members of the current place, including the bot. @param {{ store: Store }} deps */
export function memberList({ store }) {
  const element = h('aside', { class: 'members' });
  store.subscribe(['world', 'place', 'locale', 'user'], draw);
  return { element };

  /** @param {State} state */
  function draw(state) {
    const { world, place } = state;
    element.setAttribute('aria-label', t('members'));
    if (!world || !place) {
      element.replaceChildren();
      return;
    }
    const { bot } = world;
    const present = guildOf(state)?.members ?? people(state).filter(({ id }) => id === state.user);
    /** @type {Listed[]} */
    const persons = present.map(({ id, name, moderator }) => ({
      id,
      name,
      moderator: moderator && place.guild !== null,
      bot: false,
    }));
    const robot = { id: bot.id, name: bot.name, moderator: false, bot: true };
    const here = bot.online ? [robot, ...persons] : persons;
    element.replaceChildren(
      ...group(t('online', { count: here.length }), here, true, state),
      ...(bot.online ? [] : group(t('offline', { count: 1 }), [robot], false, state)),
    );
  }
}

/** @param {string} title @param {Listed[]} list @param {boolean} online @param {State} state */
function group(title, list, online, state) {
  return [
    h('h2', { class: 'members-heading' }, title),
    h(
      'ul',
      {},
      list.map(({ id, name, moderator, bot }) => {
        const label = h('span', { class: 'member-name' }, name);
        const color = colorOf(state, id);
        if (color) label.style.setProperty('--author', color);
        return h(
          'li',
          {},
          h(
            'button',
            {
              type: 'button',
              class: ['member', !online && 'member-offline'],
              'data-user': id,
              'aria-haspopup': 'menu',
            },
            avatar(name, id, { bot, online }),
            label,
            bot && h('span', { class: 'app-tag' }, t('appTag')),
            moderator && h('span', { class: 'member-note' }, t('moderator')),
          ),
        );
      }),
    ),
  ];
}
