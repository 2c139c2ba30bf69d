// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { markdown } from '../markdown/render.js';
import { formatTime, messageTime } from '../time.js';
import { attachmentList } from './attachments.js';
import { embedCard } from './embed.js';

/** @import { Message, State } from '../types.d.ts' */

/**
 * A forwarded message, as it was at the time.
 * @param {NonNullable<Message['message_snapshots']>[number]['message']} snapshot
 * @param {State} state
 */
export function forwarded({ content: text, embeds, attachments, timestamp }, state) {
  const written = new Date(timestamp);
  return h(
    'blockquote',
    { class: 'forwarded' },
    h('p', { class: 'forwarded-mark' }, icon('reply', 'icon-small'), t('forwarded')),
    text && markdown(text, state, { className: 'message-content' }),
    attachmentList(attachments),
    embeds.map((embed) => embedCard(embed, attachments, state)),
    h(
      'time',
      { class: 'message-time', datetime: timestamp, title: formatTime(written, 'F') },
      messageTime(written),
    ),
  );
}

/** The button that opens a message's thread. @param {NonNullable<Message['thread']>} thread */
export function threadLink({ id, name, ...rest }) {
  return h(
    'button',
    {
      type: 'button',
      class: 'mention thread-link',
      'data-guild': 'guild_id' in rest ? rest.guild_id : null,
      'data-channel': id,
      'aria-label': t('openThread', { name: name ?? '' }),
    },
    icon('message', 'icon-small'),
    name,
  );
}
