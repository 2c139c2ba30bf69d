// @ts-check
import { visibleCommands } from '../composer/commands.js';
import { localized, t } from '../i18n.js';
import { icon, spark } from '../icons.js';
import { plainText } from '../markdown/nodes.js';
import { parseMarkdown } from '../markdown/parse.js';
import { channelOf, guildOf, memberOf, nameOf, spotsOf } from '../names.js';
import { openMenu } from '../ui/menu.js';

/** @import { Command, Message, Place, State } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */
/** @import { MenuGroup } from '../ui/menu.js' */

/**
 * The context menus of messages and people: the person's own actions, and what applications offer.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {(place: Place) => void} deps.visit
 * @param {(name: string) => void} deps.mention inserts the mention in the composer
 * @param {(error: unknown) => void} deps.report
 */
export function contextMenus({ store, api, visit, mention, report }) {
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
            { label: t('forward'), run: () => chooseTarget(message, anchor) },
            ...(mayStartThread(state, message)
              ? [{ label: t('startThread'), run: () => void startThread(message).catch(report) }]
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

  /** Asks where to forward the message. @param {Message} message @param {Element | { x: number, y: number }} anchor */
  function chooseTarget(message, anchor) {
    const state = store.get();
    const guild = guildOf(state);
    const spots = guild ? spotsOf(guild, state.user).filter(({ type }) => type !== 15) : [];
    const own = state.world?.dms.find(({ user }) => user === state.user);
    const targets = [
      ...spots.map(({ id, name }) => ({ id, name: `#${name}` })),
      ...(own ? [{ id: own.id, name: `@${state.world?.bot.name}` }] : []),
    ];
    openMenu({
      anchor,
      label: t('forwardTo'),
      groups: [
        {
          title: t('forwardTo'),
          items: targets.map(({ id, name }) => ({
            label: name,
            run: () => void api.forward(id, message.id).catch(report),
          })),
        },
      ],
    });
  }

  /** @param {Message} message */
  async function startThread(message) {
    const { place } = store.get();
    const name = [...plainText(parseMarkdown(message.content)).replace(/\s+/g, ' ').trim()]
      .slice(0, 40)
      .join('');
    const { id } = await api.startThread(message.channel_id, name || t('threadName'), {
      message: message.id,
    });
    if (place) visit({ guild: place.guild, channel: id });
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

/** @param {State} state @param {Message} message */
function mayStartThread(state, message) {
  const ephemeral = 64;
  return channelOf(state)?.type === 0 && !message.thread && ((message.flags ?? 0) & ephemeral) === 0;
}
