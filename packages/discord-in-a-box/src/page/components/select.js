// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { openListbox } from '../ui/listbox.js';
import { defaultValues, selectOptions } from './choices.js';

/** @import { APISelectMenuComponent } from 'discord-api-types/v10' */
/** @import { State, Surroundings } from '../types.d.ts' */

/** @type {Record<number, import('../i18n.js').StringName>} */
const placeholders = {
  3: 'selectPlaceholder',
  5: 'selectUser',
  6: 'selectRole',
  7: 'selectMentionable',
  8: 'selectChannel',
};

/**
 * A select under a message. As on Discord, a single value is sent when chosen, several when the list closes.
 * @param {APISelectMenuComponent} component
 * @param {Surroundings} around
 */
export function select(component, { state, message, press, selections }) {
  const waiting = state.presses.some(
    (one) => one.message === message.id && one.customId === component.custom_id && !one.failed,
  );
  return selectField(component, {
    state,
    waiting,
    chosen: selections.get(component.custom_id) ?? defaultValues(component),
    onchange: (values) => selections.set(component.custom_id, values),
    ondone: (values) => press(component.custom_id, values),
  });
}

/**
 * The select itself, in messages and in modals.
 * @param {APISelectMenuComponent} component
 * @param {object} use
 * @param {State} use.state
 * @param {string[]} use.chosen
 * @param {boolean} [use.waiting] its interaction is open
 * @param {string} [use.labelledBy]
 * @param {string} [use.id]
 * @param {(values: string[]) => void} use.onchange called after every choice
 * @param {(values: string[]) => void} [use.ondone] called when the list closes with a changed selection of enough
 * values
 */
export function selectField(component, { state, chosen, waiting = false, labelledBy, id, onchange, ondone }) {
  const options = selectOptions(component, state);
  const min = component.min_values ?? 1;
  const max = Math.min(component.max_values ?? 1, Math.max(options.length, 1));
  const placeholder = component.placeholder ?? t(placeholders[component.type] ?? 'selectPlaceholder');
  let values = chosen.filter((value) => options.some((option) => option.value === value));

  const face = h('span', { class: 'select-face' });
  const trigger = h(
    'button',
    {
      type: 'button',
      id,
      class: ['select', waiting && 'select-waiting'],
      disabled: component.disabled,
      'aria-haspopup': 'listbox',
      'aria-expanded': 'false',
      'aria-labelledby': labelledBy,
      'aria-label': labelledBy ? null : placeholder,
      'aria-busy': waiting ? 'true' : null,
      'data-custom-id': component.custom_id,
      onclick: open,
      onkeydown: openByArrow,
    },
    face,
    icon('chevron', 'icon-small'),
  );
  draw();
  return h('div', { class: 'select-frame' }, trigger);

  function draw() {
    const picked = values.map((value) => options.find((option) => option.value === value));
    const single = max === 1 ? picked[0] : undefined;
    face.replaceChildren(
      ...(picked.length === 0
        ? [h('span', { class: 'select-placeholder' }, placeholder)]
        : picked.map((option) =>
            h('span', { class: single ? 'select-one' : 'select-tag' }, option?.face?.(), option?.label),
          )),
    );
    const named = picked.map((option) => option?.label).join(', ');
    if (!labelledBy) trigger.setAttribute('aria-label', named ? `${placeholder}: ${named}` : placeholder);
    else trigger.setAttribute('aria-description', named);
  }

  function open() {
    if (waiting) return;
    const before = [...values];
    let touched = false;
    trigger.setAttribute('aria-expanded', 'true');
    openListbox({
      anchor: trigger,
      label: placeholder,
      options,
      chosen: values,
      multiple: max > 1 || min === 0,
      max,
      onchange: (next) => {
        values = next;
        touched = true;
        draw();
        onchange(values);
      },
      onclose: () => {
        trigger.setAttribute('aria-expanded', 'false');
        const same = before.length === values.length && before.every((value) => values.includes(value));
        // A single choice is sent even if it repeats the last one: people do that with a menu that stays.
        const other = max === 1 ? touched : !same;
        if (other && values.length >= min) ondone?.(values);
      },
    });
  }

  /** @param {KeyboardEvent} event */
  function openByArrow(event) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    open();
  }
}
