// @ts-check
import { readUpload } from '../api.js';
import { directoryOf } from '../components/choices.js';
import { h } from '../dom.js';
import { localized, t } from '../i18n.js';
import { icon } from '../icons.js';
import { addField, changeField, givenSoFar, readFill, remaining, removeField, startFill } from './fill.js';
import { optionChoices } from './option-choices.js';
import { optionField } from './option-field.js';
import { candidatesOf, isAutocompleted, optionType, readOption } from './options.js';
import { createSuggestions } from './suggestions.js';

/** @import { CommandOption, Place } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */
/** @import { Entry } from './commands.js' */
/** @import { Candidate } from './options.js' */
/** @import { Field, Fill } from './fill.js' */

/**
 * A chosen command being filled in: its name, a field per option, and the options that can still be added.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {Entry} deps.entry
 * @param {Place} deps.place
 * @param {() => void} deps.ondone called after sending, or when the person cancels
 */
export function commandForm({ store, api, entry, place, ondone }) {
  let fill = startFill(entry);
  let sending = false;
  /** Tab moves from the chosen command into its options only once, so that it can also leave the form. */
  let fresh = true;
  /** @type {CommandOption | null} */
  let focused = null;
  /** @type {Map<string, ReturnType<typeof optionField>>} */
  const fields = new Map();
  const directory = directoryOf(store.get());
  const call = { name: entry.command.name, ...(entry.subcommand && { subcommand: entry.subcommand }) };
  const suggestions = createSuggestions(pick);
  const choices = optionChoices({
    candidates,
    ask: (option, text) =>
      api.autocomplete(place, {
        ...call,
        options: { ...givenSoFar(fill, candidates), [option.name]: text },
        focused: option.name,
      }),
    show: (option, content) => {
      const field = fields.get(option.name);
      if (field && focused === option) suggestions.show(field.input, content);
    },
  });

  const fieldsFrame = h('span', { class: 'command-fields' });
  const more = h('span', { class: 'command-more' });
  const trouble = h('p', { class: 'composer-error', role: 'alert', hidden: true });
  const send = h(
    'button',
    {
      type: 'submit',
      class: 'icon-button composer-send',
      'aria-label': t('send'),
      title: t('send'),
      onkeydown: intoOptions,
    },
    icon('send'),
  );
  const cancel = h(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'aria-label': t('cancelCommand'),
      title: t('cancelCommand'),
      onclick: ondone,
    },
    icon('close'),
  );
  const element = h(
    'form',
    {
      class: 'composer-box command-form',
      'aria-label': `/${entry.title}`,
      novalidate: true,
      onsubmit: submit,
      onkeydown: key,
    },
    cancel,
    h(
      'div',
      { class: 'command-line' },
      h('span', { class: 'command-chip' }, `/${entry.title}`),
      fieldsFrame,
      more,
    ),
    send,
  );
  draw(fill);
  return { element, suggestions: suggestions.element, trouble, focus: focusFirst };

  function focusFirst() {
    const [first] = fill.fields;
    if (first) fields.get(first.option.name)?.focus();
    else {
      // Even without options to fill in, the list shows what the command does.
      send.focus();
      suggestions.show(send, {
        label: entry.title,
        title: [
          h('strong', {}, `/${entry.title}`),
          h('span', { class: 'suggestions-about' }, entry.description),
        ],
        items: [],
      });
    }
  }

  /** @param {KeyboardEvent} event */
  function intoOptions(event) {
    const [option] = remaining(fill);
    if (event.key !== 'Tab' || event.shiftKey || !fresh || fill.fields.length > 0 || !option) return;
    event.preventDefault();
    fresh = false;
    draw(addField(fill, option));
    fields.get(option.name)?.focus();
  }

  /** @param {CommandOption} option */
  function candidates(option) {
    return isAutocompleted(option) ? null : candidatesOf(option, directory);
  }

  /** @param {CommandOption} option @returns {Field | undefined} */
  function fieldOf(option) {
    return fill.fields.find((field) => field.option === option);
  }

  /** Shows a new state of the command, reusing the fields that stay. @param {Fill} next */
  function draw(next) {
    fill = next;
    for (const [name, field] of fields)
      if (!fill.fields.some(({ option }) => option.name === name)) {
        fields.delete(name);
        field.element.remove();
      }
    for (const state of fill.fields) {
      const field = fields.get(state.option.name) ?? addedField(state.option);
      field.update(state);
    }
    const left = remaining(fill);
    // Only if they differ: a click that blurs a field must still hit its button.
    if (left.length !== more.children.length) more.replaceChildren(...left.map(addButton));
  }

  /** @param {CommandOption} option */
  function addedField(option) {
    const field = optionField(option, {
      oninput: (text) => {
        draw(changeField(fill, option.name, { text, picked: undefined, error: null }));
        suggest(option);
      },
      onfile: (file) => void attach(option, file),
      onfocus: () => {
        focused = option;
        suggest(option);
      },
      onblur: () => leave(option),
      onremove: () => remove(option),
      onkey: (event) => fieldKey(option, event),
    });
    fields.set(option.name, field);
    fieldsFrame.append(field.element);
    return field;
  }

  /** @param {CommandOption} option */
  function addButton(option) {
    const name = localized(option.name, option.name_localizations);
    const add = () => {
      draw(addField(fill, option));
      fields.get(option.name)?.focus();
    };
    return h(
      'button',
      {
        type: 'button',
        class: 'command-add',
        'aria-label': t('addOption', { name }),
        title: localized(option.description, option.description_localizations),
        onclick: add,
      },
      icon('plus', 'icon-small'),
      name,
    );
  }

  /** @param {CommandOption} option */
  function suggest(option) {
    const field = fieldOf(option);
    if (field) choices.suggest(field);
  }

  /** @param {CommandOption} option @param {File} file */
  async function attach(option, file) {
    const upload = await readUpload(file);
    draw(changeField(fill, option.name, { file: upload, text: file.name, error: null }));
  }

  /** @param {CommandOption} option */
  function remove(option) {
    focused = null;
    suggestions.hide();
    draw(removeField(fill, option.name));
    const last = fill.fields.at(-1);
    if (last) fields.get(last.option.name)?.focus();
    else send.focus();
  }

  /** Errors are shown when the person moves on, not while they type. @param {CommandOption} option */
  function leave(option) {
    if (focused === option) focused = null;
    suggestions.hide();
    const field = fieldOf(option);
    if (!field) return;
    const read = field.text === '' ? null : readOption(option, field, candidates(option));
    draw(changeField(fill, option.name, { error: read && 'error' in read ? read.error : null }));
  }

  /** @param {Candidate} candidate */
  function pick(candidate) {
    const option = focused;
    if (!option) return;
    choices.forget();
    draw(changeField(fill, option.name, { picked: candidate, text: candidate.label, error: null }));
    const next = fill.fields.find(({ option: { required }, text }) => required && text === '');
    if (next) fields.get(next.option.name)?.focus();
    else suggestions.hide();
  }

  /** @param {CommandOption} option @param {KeyboardEvent} event */
  function fieldKey(option, event) {
    if (event.isComposing || suggestions.key(event)) return;
    const { text = '', picked } = fieldOf(option) ?? {};
    const picking = suggestions.isOpen() && suggestions.count() > 0 && !picked;
    // Free text with suggestions from the bot may be sent empty: then Enter takes no suggestion.
    const free = isAutocompleted(option) && option.type === optionType.string && text === '';
    if (event.key === 'Enter') {
      event.preventDefault();
      if (picking && !free) suggestions.pickActive();
      else element.requestSubmit();
    } else if (event.key === 'Tab' && !event.shiftKey && picking && text !== '') {
      // Then the key does its usual job: moves to the next field.
      suggestions.pickActive();
    } else if (event.key === 'Backspace' && text === '') {
      event.preventDefault();
      if (!option.required) remove(option);
      else if (fill.fields[0]?.option === option) ondone();
    }
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    ondone();
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (sending) return;
    const read = readFill(fill, candidates);
    if ('wrong' in read) {
      fields.get(read.first)?.focus();
      draw(read.wrong);
      return;
    }
    sending = true;
    try {
      await api.command(place, { ...call, type: 1, options: read.options });
      ondone();
    } catch (error) {
      trouble.textContent = t('sendFailed', {
        reason: error instanceof Error ? error.message : String(error),
      });
      trouble.hidden = false;
    } finally {
      sending = false;
    }
  }
}
