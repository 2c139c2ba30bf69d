// @ts-check
import { h } from '../dom.js';
import { localized, t } from '../i18n.js';
import { spark } from '../icons.js';
import { matchEntries } from './commands.js';
import { mentionAt, mentionable } from './mentions.js';

/** @import { Entry } from './commands.js' */
/** @import { Directory } from './options.js' */
/** @import { ListContent } from './suggestions.js' */

/**
 * The commands that match what was typed after the slash.
 * @param {Entry[]} entries
 * @param {string} typed
 * @param {{ bot: string, isAway: boolean, choose: (entry: Entry) => void }} use `isAway`: where only the app on one's account offers any
 * @returns {ListContent<() => void>}
 */
export function commandList(entries, typed, { bot, isAway, choose }) {
  const found = matchEntries(entries, typed);
  return {
    label: t('commands'),
    title: [
      spark(),
      h('strong', {}, bot),
      h('span', { class: 'suggestions-about suggestions-help' }, t('pickerHelp')),
    ],
    items: found.map((entry) => ({ value: () => choose(entry), key: entry.title, face: commandFace(entry) })),
    note:
      found.length > 0
        ? null
        : entries.length > 0
          ? t('noCommands', { text: `/${typed}` })
          : t(isAway ? 'noCommandsAway' : 'noCommandsYet'),
  };
}

/** @param {Entry} entry */
function commandFace({ title, description, options }) {
  return [
    h('span', { class: 'suggestion-name' }, `/${title}`),
    h(
      'span',
      { class: 'suggestion-options' },
      options.map((option) =>
        h(
          'span',
          { class: ['suggestion-option', option.required && 'suggestion-option-required'] },
          localized(option.name, option.name_localizations),
        ),
      ),
    ),
    h('span', { class: 'suggestion-about' }, description),
  ];
}

/**
 * The people, roles or channels that match the word before the caret; null if it asks for none.
 * @param {string} text
 * @param {number} caret
 * @param {Directory} directory
 * @param {(text: string, caret: number) => void} complete called with the text in which the name replaced the word
 * @returns {ListContent<() => void> | null}
 */
export function mentionList(text, caret, directory, complete) {
  const wanted = mentionAt(text, caret);
  if (!wanted) return null;
  const { sign, typed, start } = wanted;
  const all = sign === '@' ? [...directory.people, ...directory.roles] : directory.channels;
  const found = mentionable(all, typed);
  if (found.length === 0) return null;
  const label = t(sign === '@' ? 'members' : 'channels');
  return {
    label,
    title: h('strong', {}, label),
    items: found.map(({ label: name, face, description }) => ({
      value: () =>
        complete(`${text.slice(0, start)}${sign}${name} ${text.slice(caret)}`, start + name.length + 2),
      key: name,
      face: [
        face?.(),
        h('span', { class: 'suggestion-name' }, name),
        description && h('span', { class: 'suggestion-about' }, description),
      ],
    })),
  };
}
