// @ts-check
import { freshId, h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { removeClosed } from '../ui/remove.js';
import { modalFields } from './fields.js';

/** @import { Interaction, Modal } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */

/**
 * Shows a modal the bot answered with. Esc, the X and Cancel close it without sending.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {string} deps.interaction the interaction answered with this modal
 * @param {Modal} deps.modal
 */
function openModal({ store, api, interaction, modal }) {
  const title = freshId('modal');
  const { world } = store.get();
  const { elements, fields } = modalFields(modal.components, store.get());
  const trouble = h('p', { class: 'modal-error', role: 'alert', hidden: true });
  const submit = h('button', { type: 'submit', class: 'button button-primary' }, t('submit'));
  /** @type {(() => void) | null} */
  let stop = null;
  const dialog = h(
    'dialog',
    { class: 'modal', 'aria-labelledby': title, onclose: finish },
    h(
      'form',
      { novalidate: true, onsubmit: send },
      h(
        'header',
        { class: 'modal-head' },
        h('h2', { id: title }, modal.title),
        h(
          'button',
          { type: 'button', class: 'icon-button', 'aria-label': t('close'), onclick: () => dialog.close() },
          icon('close'),
        ),
      ),
      h(
        'div',
        { class: 'modal-body' },
        trouble,
        elements,
        h('p', { class: 'modal-note' }, t('modalNote', { name: world?.bot.name ?? '' })),
      ),
      h(
        'footer',
        { class: 'modal-foot' },
        h(
          'button',
          { type: 'button', class: 'button button-secondary', onclick: () => dialog.close() },
          t('cancel'),
        ),
        submit,
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  const first = dialog.querySelector('.field :is(input, textarea, button)');
  if (first instanceof HTMLElement) first.focus();
  return { close: () => dialog.close() };

  function finish() {
    stop?.();
    removeClosed(dialog);
  }

  /** @param {SubmitEvent} event */
  async function send(event) {
    event.preventDefault();
    if (submit.disabled) return;
    const faults = fields.map((field) => ({ field, fault: field.fault() }));
    for (const { field, fault } of faults) field.mark(fault);
    const wrong = faults.find(({ fault }) => fault !== null);
    if (wrong) {
      const input = wrong.field.element.querySelector('input, textarea, button');
      if (input instanceof HTMLElement) input.focus();
      return;
    }
    busy(true);
    try {
      const answer = await api.submit(
        interaction,
        Object.fromEntries(fields.map(({ customId, read }) => [customId, read()])),
      );
      watch(answer.interaction);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** The dialog stays open until the bot has acknowledged the submission. @param {string} id */
  function watch(id) {
    let done = false;
    stop = store.subscribe(['interactions'], ({ interactions }) => {
      const { state } = interactions.get(id) ?? {};
      if (done || !state || state === 'pending') return;
      done = true;
      if (state === 'failed') fail(t('somethingWrong'));
      else dialog.close();
    });
    if (done) stop();
  }

  /** @param {string} reason */
  function fail(reason) {
    busy(false);
    trouble.textContent = reason;
    trouble.hidden = false;
  }

  /** @param {boolean} on */
  function busy(on) {
    submit.disabled = on;
    submit.classList.toggle('button-waiting', on);
    submit.replaceChildren(...(on ? [h('span', { class: 'dots' }, h('i'), h('i'), h('i'))] : [t('submit')]));
  }
}

/**
 * Opens the modals that answer the person's interactions, each once.
 * @param {{ store: Store, api: Api }} deps
 */
export function modalWatcher({ store, api }) {
  /** @type {Map<string, { close: () => void }>} */
  const open = new Map();
  store.subscribe(['interactions'], ({ interactions, user }) => {
    for (const one of interactions.values()) if (one.user === user) follow(one);
  });

  /** @param {Interaction} one */
  function follow({ id, modal }) {
    if (modal && !open.has(id)) open.set(id, openModal({ store, api, interaction: id, modal }));
  }
}
