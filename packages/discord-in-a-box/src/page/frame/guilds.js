// @ts-check
import { initials, tone } from '../avatar.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon, spark } from '../icons.js';
import { ownGuilds } from '../names.js';

/** @import { Place, State } from '../types.d.ts' */
/** @import { Store } from '../store.js' */

/**
 * The column of servers: direct messages first, then the guilds the person is in.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {(place: Place) => void} deps.visit
 */
export function guildRail({ store, visit }) {
  const element = h('nav', { class: 'rail' });
  store.subscribe(['world', 'place', 'unread', 'locale', 'user'], draw);
  return { element };

  /** @param {State} state */
  function draw(state) {
    const focused =
      element.contains(document.activeElement) && document.activeElement?.getAttribute('data-key');
    element.setAttribute('aria-label', t('servers'));
    const conversation = state.world?.dms.find(({ user }) => user === state.user);
    element.replaceChildren(
      ...(conversation
        ? [
            button({
              key: 'direct',
              name: t('directMessages'),
              face: spark(),
              current: state.place?.guild === null,
              unread: state.unread.get(conversation.id) ?? 0,
              className: 'rail-direct',
              onclick: () => visit({ guild: null, channel: conversation.id }),
            }),
            h('span', { class: 'rail-line', role: 'presentation' }),
          ]
        : []),
      ...ownGuilds(state).map((guild) =>
        button({
          key: guild.id,
          name: guild.name,
          face: guildFace(guild.name),
          current: state.place?.guild === guild.id,
          unread: guild.channels.reduce((sum, { id }) => sum + (state.unread.get(id) ?? 0), 0),
          className: `tone-${tone(guild.id)}`,
          onclick: () => {
            const [first] = guild.channels;
            if (first && state.place?.guild !== guild.id) visit({ guild: guild.id, channel: first.id });
          },
        }),
      ),
    );
    if (focused) {
      const again = element.querySelector(`[data-key="${CSS.escape(focused)}"]`);
      if (again instanceof HTMLElement) again.focus();
    }
  }

  /**
   * @param {{ key: string, name: string, face: Node, current: boolean, unread: number, className: string, onclick: () => void }} of
   */
  function button({ key, name, face, current, unread, className, onclick }) {
    return h(
      'span',
      { class: ['rail-item', current && 'rail-current', unread > 0 && 'rail-unread'] },
      h(
        'button',
        {
          type: 'button',
          class: ['rail-button', className],
          'data-key': key,
          'aria-label': unread > 0 ? `${name}, ${t('unread', { count: unread })}` : name,
          'aria-current': current ? 'true' : null,
          title: name,
          onclick,
        },
        face,
      ),
    );
  }
}

/** @param {string} name */
function guildFace(name) {
  return h(
    'span',
    { class: 'guild-face', 'aria-hidden': 'true' },
    initials(name),
    h('span', { class: 'guild-spark' }, icon('bolt', 'icon-small')),
  );
}
