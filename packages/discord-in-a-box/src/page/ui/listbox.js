// @ts-check
import { freshId, h } from '../dom.js';
import { fold, t } from '../i18n.js';
import { icon } from '../icons.js';
import { openPopover } from './popover.js';

/**
 * @typedef {object} ListOption
 * @property {string} value
 * @property {string} label
 * @property {string | null} [description]
 * @property {() => Node} [face] a picture before the label
 */

/**
 * A list to pick from, opened over the page. Arrows move, Enter or Space chooses, letters search, Esc closes.
 * @param {object} options
 * @param {Element} options.anchor
 * @param {string} options.label for assistive technology
 * @param {readonly ListOption[]} options.options
 * @param {readonly string[]} options.chosen
 * @param {boolean} options.multiple stays open until closed; otherwise the first choice closes it
 * @param {number} [options.max] how many may be chosen
 * @param {(values: string[]) => void} options.onchange called after each choice
 * @param {(values: string[]) => void} [options.onclose]
 */
export function openListbox({ anchor, label, options, chosen, multiple, max = 1, onchange, onclose }) {
  const id = freshId('listbox');
  let values = [...chosen];
  let shown = [...options];
  let active = Math.max(
    0,
    shown.findIndex(({ value }) => values.includes(value)),
  );

  const search = h('input', {
    class: 'listbox-search',
    type: 'text',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-autocomplete': 'list',
    'aria-controls': id,
    'aria-label': `${label}: ${t('search')}`,
    placeholder: t('search'),
    autocomplete: 'off',
    spellcheck: 'false',
    oninput: filter,
    onkeydown: key,
  });
  const list = h('ul', {
    id,
    class: 'listbox',
    role: 'listbox',
    tabindex: -1,
    'aria-label': label,
    'aria-multiselectable': multiple ? 'true' : null,
  });
  const popover = openPopover({
    anchor,
    className: 'popover-listbox',
    matchWidth: true,
    content: h('div', { class: 'listbox-frame' }, search, list),
    onclose: () => onclose?.(values),
  });
  draw();
  popover.place();
  search.focus();
  return popover;

  function draw() {
    list.replaceChildren(
      ...shown.map((option, i) =>
        h(
          'li',
          {
            id: `${id}-${i}`,
            role: 'option',
            class: ['option', i === active && 'option-active'],
            'aria-selected': String(values.includes(option.value)),
            'aria-disabled':
              multiple && !values.includes(option.value) && values.length >= max ? 'true' : null,
            'data-value': option.value,
            onclick: () => pick(option.value),
            onpointermove: () => activate(i),
          },
          option.face?.(),
          h(
            'span',
            { class: 'option-texts' },
            h('span', { class: 'option-label' }, option.label),
            option.description && h('span', { class: 'option-description' }, option.description),
          ),
          h('span', { class: ['option-mark', multiple && 'option-box'] }, icon('check', 'icon-small')),
        ),
      ),
    );
    if (shown.length === 0)
      list.append(h('li', { class: 'option-none', role: 'presentation' }, t('nothingFound')));
    activate(active);
  }

  /** @param {number} index */
  function activate(index) {
    active = Math.min(Math.max(0, index), Math.max(0, shown.length - 1));
    for (const [i, element] of [...list.children].entries())
      element.classList.toggle('option-active', i === active);
    search.setAttribute('aria-activedescendant', shown.length > 0 ? `${id}-${active}` : '');
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  }

  function filter() {
    const wanted = fold(search.value);
    shown = options.filter(({ label: name, description }) =>
      fold(`${name} ${description ?? ''}`).includes(wanted),
    );
    active = 0;
    draw();
  }

  /** @param {string} value */
  function pick(value) {
    if (!multiple) {
      values = [value];
      onchange(values);
      popover.close();
      return;
    }
    if (values.includes(value)) values = values.filter((one) => one !== value);
    else if (values.length < max) values = [...values, value];
    onchange(values);
    draw();
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      const step = steps[/** @type {keyof typeof steps} */ (event.key)];
      activate(Math.max(0, Math.min(active + step, shown.length - 1)));
    } else if (event.key === 'Enter' || (event.key === ' ' && search.value === '')) {
      const option = shown[active];
      if (option) pick(option.value);
    } else if (event.key === 'Tab') {
      popover.close();
      return;
    } else return;
    event.preventDefault();
  }
}
