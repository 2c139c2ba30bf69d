// @ts-check
import { avatar } from '../avatar.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { usedLine } from './origin.js';

/** @import { Interaction, State } from '../types.d.ts' */

/**
 * A command without an answer to show: pending, or not answered in time.
 * @param {Interaction} interaction
 * @param {State} state
 * @param {(interaction: string) => void} forget
 */
export function waitingRow(interaction, state, forget) {
  const bot = state.world?.bot ?? { id: '', name: '' };
  const failed = interaction.state === 'failed';
  return h(
    'li',
    {
      class: ['message', 'message-waiting', failed && 'message-ephemeral'],
      tabindex: -1,
      'data-interaction': interaction.id,
    },
    usedLine(interaction, state),
    h(
      'div',
      { class: 'message-main' },
      h('span', { class: 'message-face' }, avatar(bot.name, bot.id, { bot: true })),
      h(
        'div',
        { class: 'message-body' },
        h(
          'div',
          { class: 'message-head' },
          h('span', { class: 'author' }, bot.name),
          h('span', { class: 'app-tag' }, t('appTag')),
        ),
        failed
          ? h(
              'p',
              { class: 'not-responded', role: 'alert' },
              icon('warning', 'icon-small'),
              t('notResponded'),
            )
          : h(
              'p',
              { class: 'thinking' },
              h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
              t('sending'),
            ),
        failed && onlyYou(() => forget(interaction.id)),
      ),
    ),
  );
}

/** The line under an ephemeral message. @param {() => void} dismiss */
export function onlyYou(dismiss) {
  return h(
    'p',
    { class: 'only-you' },
    icon('eye', 'icon-small'),
    t('onlyYou'),
    ' · ',
    h('button', { type: 'button', class: 'link-button', onclick: dismiss }, t('dismiss')),
  );
}
