// @ts-check
import { avatar } from '../avatar.js';
import { h } from '../dom.js';
import { localized, t } from '../i18n.js';
import { plainText } from '../markdown/nodes.js';
import { parseMarkdown } from '../markdown/parse.js';
import { colorOf, nameOf } from '../names.js';

/** @import { Child, Interaction, Message, State } from '../types.d.ts' */

/**
 * The line above a message that shows its origin: `Ana usó /chiste`, or what it replies to.
 * @param {Message} message
 * @param {State} state
 * @returns {Child}
 */
export function origin(message, state) {
  // 19: a reply; 21: a thread's starter message
  if (message.type === 19 || message.type === 21) return replyLine(message, state);
  const cause = state.interactions.get(message.interaction ?? '');
  if (cause?.type !== 2) return null;
  return usedLine(cause, state);
}

/** @param {Interaction} interaction @param {State} state */
export function usedLine({ user, name = '' }, state) {
  const who = nameOf(state, user);
  const command = state.world?.commands.find((one) => one.name === name);
  const shown = localized(name, command?.name_localizations);
  return h(
    'div',
    { class: 'origin' },
    avatar(who, user),
    personName(user, state),
    ` ${t('used')} `,
    h('span', { class: 'origin-command' }, (command?.type ?? 1) === 1 ? `/${shown}` : shown),
  );
}

/** @param {Message} message @param {State} state */
function replyLine({ referenced_message: replied }, state) {
  if (!replied) return h('div', { class: 'origin' }, h('em', {}, t('replyGone')));
  const preview = plainText(parseMarkdown(replied.content)).replace(/\s+/g, ' ').slice(0, 120);
  return h(
    'button',
    { type: 'button', class: 'origin origin-reply', 'data-jump': replied.id },
    avatar(nameOf(state, replied.author.id), replied.author.id, { bot: replied.author.bot ?? false }),
    personName(replied.author.id, state),
    h('span', { class: 'origin-preview' }, ` ${preview}`),
  );
}

/** @param {string} id @param {State} state */
function personName(id, state) {
  const name = h('span', { class: 'origin-name' }, nameOf(state, id));
  const color = colorOf(state, id);
  if (color) name.style.setProperty('--author', color);
  return name;
}
