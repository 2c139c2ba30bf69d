// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';

/** @import { Store } from '../store.js' */

/**
 * Notices about the page itself: the connection, errors, and where to change the language.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {() => void} deps.keepLocale called if the browser's language is right
 */
export function notices({ store, keepLocale }) {
  const connection = h('p', { class: 'notice', role: 'status', hidden: true });
  const trouble = h('p', { class: 'notice notice-error', role: 'alert', hidden: true });
  const language = h('p', { class: 'notice', role: 'status', hidden: true });
  const element = h('div', { class: 'notices' }, connection, trouble, language);
  store.subscribe(['locale', 'localeGuessed'], ({ localeGuessed }) => {
    language.hidden = !localeGuessed;
    language.replaceChildren(h('span', {}, t('languageNote')), closeButton(keepLocale));
  });
  store.subscribe(['connected', 'world', 'locale', 'user', 'place'], ({ connected, world, place }) => {
    connection.hidden = connected && world !== null && place !== null;
    connection.textContent = !world
      ? t('connecting')
      : !connected
        ? t('disconnected')
        : `${t('noPlace')}. ${t('noPlaceHint')}`;
    document.documentElement.toggleAttribute('data-ready', world !== null);
  });
  return { element, report };

  /** Shows an error until the person closes it. @param {unknown} error */
  function report(error) {
    trouble.replaceChildren(
      icon('warning', 'icon-small'),
      h('span', {}, error instanceof Error ? error.message : String(error)),
      closeButton(() => (trouble.hidden = true)),
    );
    trouble.hidden = false;
  }
}

/** @param {() => void} onclick */
function closeButton(onclick) {
  return h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': t('close'), onclick },
    icon('close', 'icon-small'),
  );
}
