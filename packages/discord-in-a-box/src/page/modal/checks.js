// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';

/** @import { APICheckboxComponent, APICheckboxGroupComponent, APIRadioGroupComponent } from 'discord-api-types/v10' */
/** @import { Input } from '../types.d.ts' */

/**
 * Radio buttons (one of them) or checkboxes (several).
 * @param {APIRadioGroupComponent | APICheckboxGroupComponent} component
 * @param {{ id: string, labelledBy: string }} ids
 * @returns {Input}
 */
export function choiceGroup(component, { id, labelledBy }) {
  const radio = component.type === 21;
  const required = component.required !== false;
  const boxes = component.options.map(({ value, default: checked }) =>
    h('input', { type: radio ? 'radio' : 'checkbox', name: id, value, checked }),
  );
  const element = h(
    'div',
    {
      id,
      class: 'check-group',
      role: radio ? 'radiogroup' : 'group',
      'aria-labelledby': labelledBy,
      'aria-describedby': `${id}-error`,
    },
    component.options.map(({ label, description }, i) =>
      h(
        'label',
        { class: 'check-line' },
        boxes[i],
        h(
          'span',
          { class: 'option-texts' },
          h('span', {}, label),
          description && h('span', { class: 'option-description' }, description),
        ),
      ),
    ),
  );
  const chosen = () => boxes.filter(({ checked }) => checked).map(({ value }) => value);
  return {
    element,
    read: () => (radio ? (chosen()[0] ?? null) : chosen()),
    fault: () => {
      const count = chosen().length;
      if (count === 0) return required ? t('modalNeeded') : null;
      if (radio || !('min_values' in component || 'max_values' in component)) return null;
      const { min_values: min = 1, max_values: max = boxes.length } = component;
      return count < min || count > max ? t('chooseBetween', { min, max }) : null;
    },
  };
}

/** @param {APICheckboxComponent} component @param {string} id @returns {Input} */
export function singleCheckbox(component, id) {
  const box = h('input', { id, type: 'checkbox', class: 'check-single', checked: component.default });
  return { element: box, read: () => box.checked, fault: () => null };
}
