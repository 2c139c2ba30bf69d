// @ts-check
import { directoryOf } from '../components/choices.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { channelOf, partnerOf, placeName } from '../names.js';
import { formatTime } from '../time.js';
import { entriesOf, visibleCommands } from './commands.js';
import { encodeMentions } from './mentions.js';
import { createSuggestions } from './suggestions.js';
import { commandList, mentionList } from './text-suggestions.js';
import { uploadTray } from './uploads.js';

/** @import { Place, Upload } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */
/** @import { Entry } from './commands.js' */

/** Discord's limit for a message. */
const longest = 2000;
/** The limit for a post's name. */
const longestName = 100;
/** Discord's channel type. */
const forum = 15;

/**
 * The plain message box. A slash opens the commands, `@` and `#` people and channels; Enter sends, Shift+Enter starts a
 * new line.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {(place: Place) => void} deps.visit
 * @param {(entry: Entry) => void} deps.oncommand a command was picked
 */
export function textBox({ store, api, visit, oncommand }) {
  const suggestions = createSuggestions((/** @type {() => void} */ take) => take());
  const input = h('textarea', {
    class: 'composer-input',
    rows: 1,
    role: 'combobox',
    'aria-expanded': 'false',
    'aria-autocomplete': 'list',
    'aria-haspopup': 'listbox',
    autocomplete: 'off',
    oninput: change,
    onkeydown: key,
    onblur: () => suggestions.hide(),
    onfocus: suggest,
  });
  const grow = h('span', { class: 'grow' }, input);
  const tray = uploadTray(() => input.focus());
  const trouble = h('p', { class: 'composer-error', role: 'alert', hidden: true });
  const counter = h('span', { class: 'composer-counter', hidden: true });
  const attach = iconButton('attach', 'plus', tray.choose);
  const slash = iconButton('openCommands', 'slash', openCommands);
  const send = iconButton('send', 'send', () => void submit());
  send.classList.add('composer-send');
  const element = h(
    'div',
    { class: 'composer-box' },
    attach,
    tray.chooser,
    h('div', { class: 'composer-text' }, tray.element, grow),
    counter,
    slash,
    send,
  );
  const close = store.subscribe(['place', 'world', 'user', 'locale'], (state) => {
    const label = t('writeTo', { name: placeName(state) });
    input.placeholder = label;
    input.setAttribute('aria-label', label);
    const until = state.world?.guilds
      .find(({ id }) => id === state.place?.guild)
      ?.members.find(({ id }) => id === state.user)?.timedOutUntil;
    const silent = until ? Date.parse(until) > Date.parse(state.world?.clock.now ?? '') : false;
    for (const control of [input, attach, slash, send]) control.disabled = silent;
    if (silent && until) input.placeholder = t('timedOut', { time: formatTime(new Date(until), 't') });
  });
  return {
    element,
    suggestions: suggestions.element,
    trouble,
    focus: () => input.focus(),
    openCommands,
    mention,
    startCommand,
    close,
  };

  /** @param {'attach' | 'openCommands' | 'send'} name @param {import('../icons.js').IconName} drawing @param {() => void} onclick */
  function iconButton(name, drawing, onclick) {
    return h(
      'button',
      { type: 'button', class: 'icon-button', 'aria-label': t(name), title: t(name), onclick },
      icon(drawing),
    );
  }

  /** @param {string} text */
  function write(text) {
    input.value = text;
    change();
    input.focus();
  }

  function openCommands() {
    write('/');
  }

  /** @param {string} name */
  function mention(name) {
    write(`${input.value}${input.value && !input.value.endsWith(' ') ? ' ' : ''}@${name} `);
  }

  /** Picks the command with that title immediately, like a click on its mention. @param {string} title */
  function startCommand(title) {
    const entry = entries().find((one) => one.title === title);
    if (entry) oncommand(entry);
    else write(`/${title}`);
  }

  function entries() {
    return entriesOf(visibleCommands(store.get(), 1), store.get().locale);
  }

  function change() {
    grow.dataset.value = input.value;
    const count = [...input.value].length;
    counter.hidden = count < longest * 0.9;
    counter.textContent = t('tooLong', { count });
    counter.classList.toggle('composer-counter-over', count > longest);
    trouble.hidden = true;
    suggest();
  }

  function suggest() {
    const text = input.value;
    if (document.activeElement !== input) return;
    const content = /^\/[^\n]*$/.test(text) ? commandsFor(text.slice(1)) : mentionsFor(text);
    if (content) suggestions.show(input, content);
    else suggestions.hide();
  }

  /** @param {string} typed after the slash */
  function commandsFor(typed) {
    const all = entries();
    // A complete name followed by a space picks the command: the fields appear.
    const named = typed.trimEnd().replace(/\s+/g, ' ');
    const exact = typed.endsWith(' ') ? all.filter(({ title }) => title === named) : [];
    if (exact.length === 1 && exact[0]) {
      choose(exact[0]);
      return null;
    }
    const state = store.get();
    return commandList(all, typed, { bot: state.world?.bot.name ?? '', isAway: !!partnerOf(state), choose });
  }

  /** @param {string} text */
  function mentionsFor(text) {
    return mentionList(text, input.selectionStart, directoryOf(store.get()), (completed, caret) => {
      write(completed);
      input.setSelectionRange(caret, caret);
    });
  }

  /** @param {Entry} entry */
  function choose(entry) {
    input.value = '';
    grow.dataset.value = '';
    suggestions.hide();
    oncommand(entry);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.isComposing || suggestions.key(event)) return;
    if (
      (event.key === 'Enter' && !event.shiftKey) ||
      (event.key === 'Tab' && !event.shiftKey && suggestions.isOpen())
    ) {
      if (suggestions.pickActive()) event.preventDefault();
      else if (event.key === 'Enter') {
        event.preventDefault();
        void submit();
      }
    }
  }

  async function submit() {
    const state = store.get();
    const content = encodeMentions(input.value.trim(), directoryOf(state));
    if (!state.place || (content === '' && tray.get().length === 0)) return;
    const sent = { text: input.value, uploads: tray.get() };
    fill('', []);
    try {
      const { guild, channel } = state.place;
      if (channelOf(state)?.type === forum) {
        const [title = ''] = content.split('\n');
        const name = [...title].slice(0, longestName).join('') || t('threadName');
        const post = await api.startThread(channel, name, { content, attachments: sent.uploads });
        visit({ guild, channel: post.id });
      } else await api.write(channel, content, sent.uploads);
    } catch (error) {
      // Restores what was written, so that nothing is lost.
      fill(sent.text, sent.uploads);
      trouble.textContent = t('sendFailed', {
        reason: error instanceof Error ? error.message : String(error),
      });
      trouble.hidden = false;
    }
  }

  /** @param {string} text @param {Upload[]} uploads */
  function fill(text, uploads) {
    input.value = text;
    tray.set(uploads);
    change();
  }
}
