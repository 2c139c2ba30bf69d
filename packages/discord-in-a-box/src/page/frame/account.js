// @ts-check
import { avatar } from '../avatar.js';
import { h } from '../dom.js';
import { locales, t } from '../i18n.js';
import { icon } from '../icons.js';
import { memberOf, people } from '../names.js';
import { openPopover } from '../ui/popover.js';

/** @import { Locale, State } from '../types.d.ts' */
/** @import { Store } from '../store.js' */

/** @type {Record<Locale, string>} each language by its own name */
const languages = {
  'es-ES': 'Español (España)',
  'es-419': 'Español (Latinoamérica)',
  'en-US': 'English (US)',
};

/**
 * The current person, below the channels: opens the menu to switch person, language and theme.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {(change: Partial<Pick<State, 'user' | 'locale' | 'theme'>>) => void} deps.change
 * @param {(installed: boolean) => void} deps.install adds the application to the person's account, or removes it
 * @param {(user: string) => string} deps.addressOf the page's address as that person
 */
export function accountPanel({ store, change, install, addressOf }) {
  const element = h('footer', { class: 'account' });
  /** @type {ReturnType<typeof openPopover> | null} */
  let open = null;
  store.subscribe(['world', 'user', 'locale', 'place'], draw);
  return { element };

  /** @param {State} state */
  function draw(state) {
    const me = state.user ? memberOf(state, state.user) : undefined;
    if (!me) {
      element.replaceChildren();
      return;
    }
    const button = h(
      'button',
      {
        type: 'button',
        class: 'account-button',
        'aria-haspopup': 'dialog',
        'aria-label': `${me.name}. ${t('account')}`,
        title: t('account'),
        onclick: () => show(button),
      },
      avatar(me.name, me.id, { online: true }),
      h(
        'span',
        { class: 'account-texts' },
        h('span', { class: 'account-name' }, me.name),
        h(
          'span',
          { class: 'account-note' },
          me.moderator && state.place?.guild ? t('moderator') : `@${me.username}`,
        ),
      ),
      icon('gear'),
    );
    const had = element.contains(document.activeElement);
    element.replaceChildren(button);
    if (had) button.focus();
  }

  /** @param {Element} anchor */
  function show(anchor) {
    const state = store.get();
    open = openPopover({
      anchor,
      className: 'popover-account',
      content: h(
        'div',
        { class: 'account-menu', role: 'dialog', 'aria-label': t('account') },
        choice(
          t('speakAs'),
          'user',
          people(state).map((person) => ({
            value: person.id,
            face: avatar(person.name, person.id),
            label: person.name,
            beside: h(
              'a',
              {
                class: 'icon-button',
                href: addressOf(person.username),
                target: '_blank',
                'aria-label': t('otherWindow', { name: person.name }),
                title: t('otherWindow', { name: person.name }),
              },
              icon('window', 'icon-small'),
            ),
          })),
          state.user ?? '',
        ),
        choice(
          t('language'),
          'locale',
          locales.map((locale) => ({ value: locale, label: languages[locale] })),
          state.locale,
        ),
        choice(
          t('theme'),
          'theme',
          [
            { value: 'auto', label: t('themeAuto') },
            { value: 'light', label: t('themeLight') },
            { value: 'dark', label: t('themeDark') },
          ],
          state.theme,
        ),
        h(
          'div',
          { class: 'choice-line' },
          h(
            'label',
            {},
            h('input', {
              type: 'checkbox',
              checked: state.world?.installedBy.includes(state.user ?? '') ?? false,
              onchange: (/** @type {{ target: HTMLInputElement }} */ { target }) => install(target.checked),
            }),
            h('span', {}, t('installed')),
          ),
        ),
        h('p', { class: 'account-note' }, t('boxNote')),
      ),
      onclose: () => {
        open = null;
      },
    });
    const first = open.element.querySelector('input:checked');
    if (first instanceof HTMLElement) first.focus();
  }

  /**
   * @param {string} title
   * @param {'user' | 'locale' | 'theme'} key
   * @param {{ value: string, label: string, face?: Node, beside?: Node }[]} options
   * @param {string} current
   */
  function choice(title, key, options, current) {
    return h(
      'fieldset',
      { class: 'choice' },
      h('legend', {}, title),
      options.map(({ value, label, face, beside }) =>
        h(
          'div',
          { class: 'choice-line' },
          h(
            'label',
            {},
            h('input', {
              type: 'radio',
              name: key,
              value,
              checked: value === current,
              onchange: () => pick(key, value),
            }),
            face,
            h('span', {}, label),
          ),
          beside,
        ),
      ),
    );
  }

  /** @param {'user' | 'locale' | 'theme'} key @param {string} value */
  function pick(key, value) {
    // The values are those this menu was built from.
    change(/** @type {Partial<Pick<State, 'user' | 'locale' | 'theme'>>} */ ({ [key]: value }));
    // The rest of the menu would stay in the old language.
    if (key === 'locale') open?.close();
  }
}
