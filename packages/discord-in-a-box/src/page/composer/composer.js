// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { commandForm } from './command-form.js';
import { textBox } from './text-box.js';

/** @import { Place } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */
/** @import { Entry } from './commands.js' */

/**
 * The bottom of the channel: the message box, or the command being filled in.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {(place: Place) => void} deps.visit
 */
export function composer({ store, api, visit }) {
  const typing = h('p', { class: 'typing', 'aria-live': 'polite' });
  const frame = h('div', { class: 'composer-frame' });
  const element = h('div', { class: 'composer' }, frame, typing);
  let box = textBox({ store, api, visit, oncommand: fillIn });
  let place = store.get().place;
  let language = store.get().locale;
  showBox();
  store.subscribe(['place', 'user', 'locale'], (state) => {
    // A draft from one channel or person does not carry over to another.
    const moved = state.place?.channel !== place?.channel || state.locale !== language;
    if (!moved) return;
    place = state.place;
    language = state.locale;
    box.close();
    box = textBox({ store, api, visit, oncommand: fillIn });
    showBox();
  });
  store.subscribe(['typing', 'place', 'world', 'locale'], (state) => {
    const since = state.typing.get(state.place?.channel ?? '');
    typing.textContent = since ? t('typing', { name: state.world?.bot.name ?? '' }) : '';
    element.hidden = !state.place;
  });
  return {
    element,
    focus: () => box.focus(),
    openCommands: () => shown().openCommands(),
    mention: (/** @type {string} */ name) => shown().mention(name),
    startCommand: (/** @type {string} */ title) => shown().startCommand(title),
  };

  /** The message box, put back in place of a command if necessary. */
  function shown() {
    showBox();
    return box;
  }

  function showBox() {
    frame.replaceChildren(box.suggestions, box.trouble, box.element);
  }

  /** @param {Entry} entry */
  function fillIn(entry) {
    const { place: here } = store.get();
    if (!here) return;
    const form = commandForm({
      store,
      api,
      entry,
      place: here,
      ondone: () => {
        showBox();
        box.focus();
      },
    });
    frame.replaceChildren(form.suggestions, form.trouble, form.element);
    form.focus();
  }
}
