// @ts-check
import { visibleCommands } from '../composer/commands.js';
import { localized, t } from '../i18n.js';
import { icon, spark } from '../icons.js';
import { memberOf, nameOf } from '../names.js';
import { openMenu } from '../ui/menu.js';

/** @import { Command, Message, State } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */
/** @import { MenuGroup } from '../ui/menu.js' */

/**
 * The context menus of messages and of people: what one can do oneself, and what applications offer.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {(name: string) => void} deps.mention writes the mention into the composer
 * @param {(error: unknown) => void} deps.report
 */
export function contextMenus({ store, api, mention, report }) {
  return { forMessage, forUser };

  /** @param {Message} message @param {Element | { x: number, y: number }} anchor */
  function forMessage(message, anchor) {
    const state = store.get();
    openMenu({
      anchor,
      label: t('moreActions'),
      groups: [
        apps(state, 3, message.id),
        {
          items: [
            ...(message.content
              ? [{ label: t('copyText'), face: icon('file', 'icon-small'), run: () => copy(message.content) }]
              : []),
            { label: t('copyId'), run: () => copy(message.id) },
            ...(moderates(state)
              ? [
                  {
                    label: t('deleteMessage'),
                    danger: true,
                    run: () => void api.deleteMessage(message.id).catch(report),
                  },
                ]
              : []),
          ],
        },
      ],
    });
  }

  /** @param {string} user @param {Element | { x: number, y: number }} anchor */
  function forUser(user, anchor) {
    const state = store.get();
    openMenu({
      anchor,
      label: nameOf(state, user),
      groups: [
        {
          title: nameOf(state, user),
          items: [
            { label: t('mention'), run: () => mention(nameOf(state, user)) },
            { label: t('copyUserId'), run: () => copy(user) },
          ],
        },
        apps(state, 2, user),
      ],
    });
  }

  /** @param {State} state @param {2 | 3} type @param {string} target @returns {MenuGroup} */
  function apps(state, type, target) {
    return {
      title: t('apps'),
      empty: t('noApps'),
      items: visibleCommands(state, type).map((command) => ({
        label: localized(command.name, command.name_localizations),
        face: spark(),
        run: () => run(command, type, target),
      })),
    };
  }

  /** @param {Command} command @param {2 | 3} type @param {string} target */
  function run(command, type, target) {
    const { place } = store.get();
    if (place) api.command(place, { name: command.name, type, target }).catch(report);
  }

  /** @param {string} text */
  function copy(text) {
    navigator.clipboard.writeText(text).catch(report);
  }
}

/** @param {State} state */
function moderates(state) {
  const manageMessages = 1n << 13n;
  const manageGuild = 1n << 5n;
  const held = BigInt((state.place?.guild && state.user && memberOf(state, state.user)?.permissions) || '0');
  return (held & (manageMessages | manageGuild)) !== 0n;
}
