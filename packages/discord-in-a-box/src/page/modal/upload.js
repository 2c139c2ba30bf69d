// @ts-check
import { readUpload } from '../api.js';
import { h } from '../dom.js';
import { t } from '../i18n.js';

/** @import { APIFileUploadComponent } from 'discord-api-types/v10' */
/** @import { Input, Upload } from '../types.d.ts' */

/** Files to send with a modal. @param {APIFileUploadComponent} component @param {string} id @returns {Input} */
export function fileUpload({ min_values: min = 1, max_values: max = 1, required = true }, id) {
  /** @type {Upload[]} */
  let uploads = [];
  const input = h('input', {
    id,
    type: 'file',
    class: 'file-input',
    multiple: max > 1,
    'aria-describedby': `${id}-error`,
    onchange: () => void take(),
  });
  return {
    element: input,
    read: () => uploads,
    fault: () => {
      if (uploads.length === 0) return required && min > 0 ? t('modalNeeded') : null;
      return uploads.length < min || uploads.length > max ? t('files', { min, max }) : null;
    },
  };

  async function take() {
    uploads = await Promise.all([...(input.files ?? [])].map(readUpload));
  }
}
