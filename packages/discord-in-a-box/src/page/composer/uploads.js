// @ts-check
import { readUpload } from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';

/** @import { Upload } from '../types.d.ts' */

/**
 * The files to send with the next message.
 * @param {() => void} onchange called after a file is chosen or removed, to move the focus back to the message
 */
export function uploadTray(onchange) {
  /** @type {Upload[]} */
  let uploads = [];
  const element = h('ul', { class: 'uploads', hidden: true });
  const chooser = h('input', {
    type: 'file',
    multiple: true,
    class: 'visually-hidden',
    tabindex: -1,
    'aria-hidden': 'true',
    onchange: () => void take(),
  });
  return { element, chooser, choose: () => chooser.click(), get: () => uploads, set };

  async function take() {
    const chosen = await Promise.all([...(chooser.files ?? [])].map(readUpload));
    chooser.value = '';
    set([...uploads, ...chosen]);
    onchange();
  }

  /** @param {Upload[]} next */
  function set(next) {
    uploads = next;
    element.hidden = uploads.length === 0;
    element.replaceChildren(...uploads.map(line));
  }

  /** @param {Upload} upload */
  function line(upload) {
    const remove = () => {
      set(uploads.filter((one) => one !== upload));
      onchange();
    };
    return h(
      'li',
      {},
      icon('file', 'icon-small'),
      upload.filename,
      h(
        'button',
        {
          type: 'button',
          class: 'icon-button',
          'aria-label': t('remove', { name: upload.filename }),
          onclick: remove,
        },
        icon('close', 'icon-small'),
      ),
    );
  }
}
