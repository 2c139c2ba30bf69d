// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { channelOf, placeName } from '../names.js';
import { waitingCommands } from '../store.js';
import { formatTime, sameDay } from '../time.js';
import { messageView } from './message.js';
import { waitingRow } from './waiting.js';

/** @import { Message, State } from '../types.d.ts' */
/** @import { Store } from '../store.js' */
/** @import { MessageActions } from './message.js' */

/** The pause after which Discord shows the author again. */
const groupMinutes = 7;

/**
 * The messages of the current channel. Keeps one element per message and redraws only what changed; stays scrolled to
 * the bottom while the reader is there.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {MessageActions} deps.actions
 * @param {() => void} deps.showCommands opens the picker from an empty channel's hint
 * @param {(interaction: string) => void} deps.forget dismisses a command that failed
 */
export function messageList({ store, actions, showCommands, forget }) {
  const list = h('ol', { class: 'messages', 'aria-live': 'off', onkeydown: roam });
  const jump = h(
    'button',
    { type: 'button', class: 'jump', hidden: true, onclick: () => toEnd() },
    t('newMessages'),
    icon('chevron', 'icon-small'),
  );
  const scroller = h('div', { class: 'scroller', onscroll: watchEnd }, list);
  const element = h('div', { class: 'messages-frame' }, scroller, jump);
  /** @type {Map<string, ReturnType<typeof messageView>>} */
  let views = new Map();
  let channel = '';
  let language = '';
  let atEnd = true;
  // Images that load late push the end down; a reader who was there is scrolled along.
  new ResizeObserver(() => atEnd && toEnd()).observe(list);
  new ResizeObserver(() => atEnd && toEnd()).observe(scroller);
  store.subscribe(['messages', 'place', 'presses', 'interactions', 'world', 'locale', 'user'], draw);
  return { element, focusLast };

  /** @param {State} state */
  function draw(state) {
    const { place } = state;
    list.setAttribute('aria-label', t('messages', { name: placeName(state) }));
    const moved = place?.channel !== channel;
    if (moved || state.locale !== language) views = new Map();
    if (moved) atEnd = true;
    channel = place?.channel ?? '';
    language = state.locale;
    const messages = state.messages.get(channel);
    if (!place || !messages) {
      list.replaceChildren();
      return;
    }
    const rows = [welcome(state), ...messageRows(messages, state)];
    for (const command of waitingCommands(state)) rows.push(waitingRow(command, state, forget));
    for (const id of [...views.keys()]) if (!messages.some((message) => message.id === id)) views.delete(id);
    arrange(rows);
    if (atEnd) toEnd();
    else jump.hidden = false;
  }

  /** @param {Message[]} messages @param {State} state */
  function messageRows(messages, state) {
    /** @type {HTMLElement[]} */
    const rows = [];
    for (const [i, message] of messages.entries()) {
      const above = messages[i - 1];
      const written = new Date(message.timestamp);
      const newDay = !above || !sameDay(new Date(above.timestamp), written);
      if (newDay) rows.push(dayDivider(written));
      const view = views.get(message.id) ?? messageView(message, actions);
      views.set(message.id, view);
      view.update(message, state, !newDay && goesOn(above, message));
      rows.push(view.element);
    }
    return rows;
  }

  /**
   * Puts the rows in order without moving those already in place: a moved element would lose the focus.
   * @param {HTMLElement[]} rows
   */
  function arrange(rows) {
    const kept = new Set(rows);
    for (const child of [...list.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
    for (const [i, row] of rows.entries()) {
      const there = list.children[i] ?? null;
      if (there !== row) list.insertBefore(row, there);
    }
  }

  /** @param {State} state */
  function welcome(state) {
    const named = channelOf(state);
    const name = named?.name ?? placeName(state).slice(1);
    return h(
      'li',
      { class: 'welcome' },
      h('span', { class: 'welcome-sign', 'aria-hidden': 'true' }, icon(named ? 'hash' : 'message')),
      h('h2', {}, t(named ? 'welcome' : 'welcomeDm', { name })),
      h('p', {}, t(named?.type === 15 ? 'welcomeForum' : named ? 'welcomeText' : 'welcomeDmText', { name })),
      h(
        'button',
        { type: 'button', class: 'button button-primary', onclick: showCommands },
        icon('slash', 'icon-small'),
        t('welcomeHint'),
      ),
    );
  }

  /** @param {Date} day */
  function dayDivider(day) {
    return h('li', { class: 'day', role: 'separator' }, h('span', {}, formatTime(day, 'D')));
  }

  function watchEnd() {
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    if (atEnd) jump.hidden = true;
  }

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    jump.hidden = true;
  }

  /** Arrow keys move between messages. @param {KeyboardEvent} event */
  function roam(event) {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || !target.matches('.message')) return;
    const messages = [...list.querySelectorAll('.message')];
    const at = messages.indexOf(target);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: messages.length - 1 }[key];
    const found = next === undefined ? null : messages[next];
    if (!(found instanceof HTMLElement)) return;
    event.preventDefault();
    found.focus();
  }

  /** Focuses the newest message. */
  function focusLast() {
    const messages = list.querySelectorAll('.message');
    const last = messages[messages.length - 1];
    if (last instanceof HTMLElement) last.focus();
  }
}

/** @param {Message | undefined} above @param {Message} message */
function goesOn(above, message) {
  if (!above || above.author.id !== message.author.id) return false;
  const minutes = (Date.parse(message.timestamp) - Date.parse(above.timestamp)) / 60_000;
  return minutes < groupMinutes && (message.flags ?? 0) === (above.flags ?? 0);
}
