// @ts-check
import { freshId, h } from '../dom.js';
import { localized, t } from '../i18n.js';
import { icon } from '../icons.js';
import { optionType } from './options.js';

/** @import { CommandOption } from '../types.d.ts' */
/** @import { Field } from './fill.js' */

/**
 * The field of one option: its name, its input and its error.
 * @param {CommandOption} option
 * @param {object} on
 * @param {(text: string) => void} on.oninput
 * @param {(file: File) => void} on.onfile
 * @param {() => void} on.onfocus
 * @param {() => void} on.onblur
 * @param {() => void} on.onremove
 * @param {(event: KeyboardEvent) => void} on.onkey
 */
export function optionField(option, on) {
  const id = freshId('option');
  const name = localized(option.name, option.name_localizations);
  const error = h('span', { class: 'option-error', id: `${id}-error`, role: 'alert' });
  const file = option.type === optionType.attachment ? filePicker() : null;
  const input = file?.button ?? textInput();
  const grow = h('span', { class: [!file && 'grow'] }, input);
  const element = h(
    'span',
    { class: ['option-field', option.required && 'option-required'] },
    h(
      'label',
      {
        for: id,
        class: 'option-field-name',
        title: localized(option.description, option.description_localizations),
      },
      name,
    ),
    grow,
    file?.input,
    !option.required &&
      h(
        'button',
        {
          type: 'button',
          class: 'option-remove',
          'aria-label': t('removeOption', { name }),
          onclick: on.onremove,
        },
        icon('close', 'icon-small'),
      ),
    error,
  );
  return { element, input, update, focus: () => input.focus() };

  /** @param {Field} field */
  function update(field) {
    if (input instanceof HTMLTextAreaElement) {
      if (input.value !== field.text) input.value = field.text;
      grow.dataset.value = field.text;
    } else input.textContent = field.text || t('chooseFile');
    error.textContent = field.error ?? '';
    element.classList.toggle('option-wrong', field.error !== null);
    input.setAttribute('aria-invalid', String(field.error !== null));
  }

  function textInput() {
    return h('textarea', {
      id,
      rows: 1,
      role: 'combobox',
      'aria-expanded': 'false',
      'aria-autocomplete': 'list',
      'aria-required': String(option.required ?? false),
      'aria-describedby': `${id}-error`,
      inputmode:
        option.type === optionType.integer ? 'numeric' : option.type === optionType.number ? 'decimal' : null,
      autocomplete: 'off',
      spellcheck: option.type === optionType.string ? null : 'false',
      oninput: () => {
        // Options are a single line on Discord; pasted line breaks become spaces.
        const text = /** @type {HTMLTextAreaElement} */ (input).value.replace(/\r?\n/g, ' ');
        on.oninput(text);
      },
      onfocus: on.onfocus,
      onblur: on.onblur,
      onkeydown: on.onkey,
    });
  }

  function filePicker() {
    const chooser = h('input', {
      type: 'file',
      class: 'visually-hidden',
      tabindex: -1,
      'aria-hidden': 'true',
      onchange: () => {
        const [chosen] = chooser.files ?? [];
        if (chosen) on.onfile(chosen);
      },
    });
    const button = h(
      'button',
      {
        id,
        type: 'button',
        class: 'option-file',
        'aria-describedby': `${id}-error`,
        onclick: () => chooser.click(),
        onfocus: on.onfocus,
        onblur: on.onblur,
      },
      t('chooseFile'),
    );
    return { input: chooser, button };
  }
}
