// @ts-check
import { defaultValues } from '../components/choices.js';
import { selectField } from '../components/select.js';
import { freshId, h } from '../dom.js';
import { t } from '../i18n.js';
import { markdown } from '../markdown/render.js';
import { choiceGroup, singleCheckbox } from './checks.js';
import { fileUpload } from './upload.js';

/** @import { APIModalComponent, APITextInputComponent } from 'discord-api-types/v10' */
/** @import { Input, Modal, State } from '../types.d.ts' */

/**
 * One input of a modal.
 * @typedef {object} ModalField
 * @property {string} customId
 * @property {HTMLElement} element
 * @property {() => unknown} read the value in the control API's format
 * @property {() => string | null} fault what is wrong with it, if anything
 * @property {(fault: string | null) => void} mark shows or clears what is wrong
 */

/**
 * Builds a modal's components: the elements to show, and the fields to read on submission.
 * @param {Modal['components']} components
 * @param {State} state
 * @returns {{ elements: HTMLElement[], fields: ModalField[] }}
 */
export function modalFields(components, state) {
  /** @type {ModalField[]} */
  const fields = [];
  /** @param {APIModalComponent | { type: number }} component @returns {HTMLElement[]} */
  const build = (component) => {
    if (component.type === 1 && 'components' in component) return component.components.flatMap(build);
    if (component.type === 10 && 'content' in component)
      return [markdown(String(component.content), state, { className: 'modal-text' })];
    const field = labelled(/** @type {APIModalComponent} */ (component), state);
    if (!field)
      return [h('p', { class: 'unknown-component' }, t('unknownComponent', { type: component.type }))];
    fields.push(field);
    return [field.element];
  };
  const elements = components.flatMap((component) => build(component));
  return { elements, fields };
}

/** @param {APIModalComponent} component @param {State} state @returns {ModalField | null} */
function labelled(component, state) {
  const inner = component.type === 18 ? component.component : component;
  if (!('custom_id' in inner)) return null;
  const id = freshId('field');
  const name = component.type === 18 ? component.label : 'label' in inner ? String(inner.label ?? '') : '';
  const description = component.type === 18 ? component.description : undefined;
  const input = inputFor(inner, { id, labelledBy: `${id}-label` }, state);
  if (!input) return null;
  const required = inner.type !== 23 && (!('required' in inner) || inner.required !== false);
  const error = h('p', { class: 'field-error', id: `${id}-error`, role: 'alert' });
  const label = h(
    'label',
    { class: 'field-label', id: `${id}-label`, for: id },
    name,
    required && h('span', { class: 'field-star', 'aria-hidden': 'true' }, ' *'),
  );
  const element = h(
    'div',
    { class: 'field', 'data-field': inner.custom_id },
    label,
    description && h('p', { class: 'field-description', id: `${id}-about` }, description),
    input.element,
    error,
  );
  return {
    customId: inner.custom_id,
    element,
    read: input.read,
    fault: input.fault,
    mark: (fault) => {
      error.textContent = fault ?? '';
      element.classList.toggle('field-wrong', fault !== null);
      element.querySelector(`#${id}`)?.setAttribute('aria-invalid', String(fault !== null));
    },
  };
}

/**
 * @param {Exclude<APIModalComponent, { type: 1 | 18 }>} component
 * @param {{ id: string, labelledBy: string }} ids
 * @param {State} state
 * @returns {Input | null}
 */
function inputFor(component, ids, state) {
  switch (component.type) {
    case 4:
      return textInput(component, ids.id);
    case 3:
    case 5:
    case 6:
    case 7:
    case 8: {
      let values = defaultValues(component);
      const required = component.required !== false;
      const min = component.min_values ?? 1;
      return {
        element: selectField(component, {
          state,
          chosen: values,
          ...ids,
          onchange: (next) => (values = next),
        }),
        read: () => values,
        fault: () => {
          if (values.length === 0) return required && min > 0 ? t('modalNeeded') : null;
          return values.length < min ? t('chooseExactly', { count: min }) : null;
        },
      };
    }
    case 19:
      return fileUpload(component, ids.id);
    case 21:
    case 22:
      return choiceGroup(component, ids);
    case 23:
      return singleCheckbox(component, ids.id);
    default:
      return null;
  }
}

/** @param {APITextInputComponent} component @param {string} id @returns {Input} */
function textInput(component, id) {
  const {
    style,
    value,
    placeholder,
    min_length: min = 0,
    max_length: max = 4000,
    required = true,
  } = component;
  const attributes = {
    id,
    class: 'text-input',
    placeholder,
    maxlength: max,
    'aria-required': String(required),
    'aria-describedby': `${id}-about ${id}-error`,
    autocomplete: 'off',
  };
  const input =
    style === 2 ? h('textarea', { ...attributes, rows: 4 }) : h('input', { ...attributes, type: 'text' });
  input.value = value ?? '';
  return {
    element: input,
    read: () => input.value,
    fault: () => {
      const length = [...input.value].length;
      if (length === 0) return required ? t('modalNeeded') : null;
      return length < min ? t('tooShort', { min }) : null;
    },
  };
}
