// @ts-check
import { avatar } from '../avatar.js';
import { componentList } from '../components/render.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { markdown } from '../markdown/render.js';
import { colorOf, nameOf } from '../names.js';
import { formatTime, messageTime } from '../time.js';
import { attachmentList } from './attachments.js';
import { embedCard } from './embed.js';
import { forwarded, threadLink } from './linked.js';
import { origin } from './origin.js';
import { onlyYou } from './waiting.js';

/** @import { Child, Message, State } from '../types.d.ts' */

/** Discord's message flags that affect what is shown. */
const flags = { suppressEmbeds: 4, ephemeral: 64, loading: 128, componentsV2: 1 << 15 };

/**
 * @typedef {object} MessageActions
 * @property {(message: Message, customId: string, values?: string[]) => void} press
 * @property {(message: Message) => void} dismiss
 * @property {(message: Message, anchor: Element) => void} menu
 */

/**
 * One message on the page. `update` redraws only the parts that changed, so that streaming text does not steal the
 * focus from a button or close an open spoiler.
 * @param {Message} first
 * @param {MessageActions} actions
 */
export function messageView(first, actions) {
  const parts = {
    origin: part(),
    head: part(),
    content: part(),
    media: part(),
    components: part(),
    foot: part(),
  };
  const gutter = part();
  const body = h(
    'div',
    { class: 'message-body' },
    ...Object.values(parts)
      .slice(1)
      .map(({ slot }) => slot),
  );
  const more = h(
    'button',
    {
      type: 'button',
      class: 'icon-button message-more',
      'aria-label': t('moreActions'),
      'aria-haspopup': 'menu',
      title: t('moreActions'),
    },
    icon('more'),
  );
  const element = h(
    'li',
    { class: 'message', tabindex: -1, 'data-message': first.id },
    parts.origin.slot,
    h('div', { class: 'message-main' }, gutter.slot, body),
    more,
  );
  /** @type {Map<string, string[]>} */
  const selections = new Map();
  let components = '';
  let message = first;
  more.addEventListener('click', () => actions.menu(message, more));
  return { element, update };

  /**
   * @param {Message} next
   * @param {State} state
   * @param {boolean} grouped continues the message above, by the same author shortly before
   */
  function update(next, state, grouped) {
    message = next;
    const compact = grouped && !hasOrigin(next);
    const mine = state.presses.filter((press) => press.message === next.id);
    const whole = [state.world, state.locale];
    element.className = classes(next, state, compact);
    const written = new Date(next.timestamp);
    element.setAttribute(
      'aria-label',
      t('messageOf', { name: authorName(next, state), time: messageTime(written) }),
    );
    parts.origin.draw(
      [
        ...whole,
        hasOrigin(next) && [next.interaction, next.referenced_message?.id],
        state.interactions.get(next.interaction ?? ''),
      ],
      () => origin(next, state),
    );
    gutter.draw([...whole, compact], () => gutterContent(next, compact, state));
    parts.head.draw([...whole, compact], () => !compact && head(next, state));
    const waiting = isThinking(next);
    const given = state.interactions.get(next.interaction ?? '')?.state === 'failed';
    const snapshot = next.message_snapshots?.[0]?.message;
    parts.content.draw([...whole, next.content, waiting, given, next.edited_timestamp, snapshot], () =>
      snapshot ? forwarded(snapshot, state) : content(next, state, given),
    );
    parts.media.draw(
      [
        ...whole,
        next.embeds,
        next.attachments,
        next.flags,
        next.content === '' && next.edited_timestamp,
        next.thread,
      ],
      () => media(next, state),
    );
    const shape = JSON.stringify(next.components ?? []);
    if (shape !== components) selections.clear();
    components = shape;
    parts.components.draw([...whole, shape, mine], () =>
      componentList(next.components ?? [], {
        state,
        message: next,
        selections,
        press: (customId, values) => actions.press(next, customId, values),
      }),
    );
    parts.foot.draw([...whole, next.flags, mine], () => [
      mine.some(({ failed }) => failed) &&
        h(
          'p',
          { class: 'interaction-failed', role: 'alert' },
          icon('warning', 'icon-small'),
          t('interactionFailed'),
        ),
      isEphemeral(next) && onlyYou(() => actions.dismiss(next)),
    ]);
  }
}

/** A slot in the message, redrawn only when its content has changed. */
function part() {
  const slot = h('div', { class: 'slot' });
  /** @type {unknown[] | null} */
  let shown = null;

  /** @param {unknown[]} keys @param {() => Child} build */
  function draw(keys, build) {
    if (shown && keys.length === shown.length && keys.every((key, i) => same(key, shown?.[i]))) return;
    shown = keys;
    const focused = slot.contains(document.activeElement) ? document.activeElement : null;
    const id = focused?.getAttribute('data-custom-id');
    slot.replaceChildren(h('div', { class: 'slot' }, build()));
    // Focuses the same button again after the redraw.
    const again = id && slot.querySelector(`[data-custom-id="${CSS.escape(id)}"]`);
    if (again instanceof HTMLElement) again.focus();
  }
  return { slot, draw };
}

/**
 * A message's values are parsed anew with each event, so they are compared by content.
 * @param {unknown} a
 * @param {unknown} b
 */
function same(a, b) {
  if (a === b) return true;
  // The world is large and always replaced as a whole, so comparing identity is enough.
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object' || 'guilds' in a)
    return false;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** @param {Message} message */
function isEphemeral(message) {
  return ((message.flags ?? 0) & flags.ephemeral) !== 0;
}

/** Whether a deferred answer has not arrived yet. @param {Message} message */
export function isThinking(message) {
  return ((message.flags ?? 0) & flags.loading) !== 0;
}

/** @param {Message} message */
function hasOrigin(message) {
  return message.interaction !== null || message.type === 19 || message.type === 21;
}

/** @param {Message} message @param {State} state */
export function authorName(message, state) {
  const { author } = message;
  const known = nameOf(state, author.id);
  return known === t('unknownUser') ? (author.global_name ?? author.username) : known;
}

/** @param {Message} message @param {State} state @param {boolean} compact */
function classes(message, state, compact) {
  const mentioned = message.mention_everyone || message.mentions.some(({ id }) => id === state.user);
  return [
    'message',
    compact && 'message-compact',
    isEphemeral(message) && 'message-ephemeral',
    mentioned && 'message-mention',
  ]
    .filter(Boolean)
    .join(' ');
}

/** @param {Message} message @param {boolean} compact @param {State} state */
function gutterContent(message, compact, state) {
  const written = new Date(message.timestamp);
  if (compact)
    return h('time', { class: 'message-gutter-time', datetime: message.timestamp }, formatTime(written, 't'));
  const { author } = message;
  return h(
    'span',
    { class: 'message-face' },
    avatar(authorName(message, state), author.id, { bot: author.bot ?? false }),
  );
}

/** @param {Message} message @param {State} state */
function head(message, state) {
  const { author } = message;
  const name = h(
    'button',
    { type: 'button', class: 'author', tabindex: -1, 'data-user': author.id },
    authorName(message, state),
  );
  const color = colorOf(state, author.id);
  if (color) name.style.setProperty('--author', color);
  const written = new Date(message.timestamp);
  return h(
    'div',
    { class: 'message-head' },
    name,
    author.bot && h('span', { class: 'app-tag' }, t('appTag')),
    h(
      'time',
      { class: 'message-time', datetime: message.timestamp, title: formatTime(written, 'F') },
      messageTime(written),
    ),
  );
}

/** @param {Message} message @param {State} state @param {boolean} failed */
function content(message, state, failed) {
  if (isThinking(message)) {
    if (failed) return h('p', { class: 'not-responded' }, icon('warning', 'icon-small'), t('notResponded'));
    return h(
      'p',
      { class: 'thinking' },
      h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
      t('thinking', { name: authorName(message, state) }),
    );
  }
  if (message.type === 18)
    return h('p', { class: 'message-content' }, `${t('startedThread')} ${message.content}`);
  if (!message.content) return null;
  const text = markdown(message.content, state, { className: 'message-content' });
  const mark = editedMark(message);
  if (mark) text.append(' ', mark);
  return text;
}

/** @param {Message} message */
function editedMark({ edited_timestamp: edited }) {
  return (
    edited &&
    h(
      'time',
      {
        class: 'edited',
        datetime: edited,
        title: t('editedAt', { time: formatTime(new Date(edited), 'F') }),
      },
      t('edited'),
    )
  );
}

/** @param {Message} message @param {State} state */
function media(message, state) {
  const { attachments } = message;
  const suppressed = ((message.flags ?? 0) & flags.suppressEmbeds) !== 0;
  // Files that Components V2 or embeds refer to are shown there, not a second time.
  const named = JSON.stringify([message.components ?? [], message.embeds]);
  const loose = attachments.filter(
    ({ filename, url }) => !named.includes(`attachment://${filename}"`) && !named.includes(url),
  );
  return [
    attachmentList(loose),
    !suppressed && message.embeds.map((embed) => embedCard(embed, attachments, state)),
    !message.content && !isThinking(message) && editedMark(message),
    message.thread && threadLink(message.thread),
  ];
}
