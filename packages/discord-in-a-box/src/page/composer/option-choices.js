// @ts-check
import { BoxError } from '../api.js';
import { h } from '../dom.js';
import { localized, t } from '../i18n.js';
import { choiceCandidates, isAutocompleted, narrow } from './options.js';

/** @import { Choice, CommandOption } from '../types.d.ts' */
/** @import { Field } from './fill.js' */
/** @import { Candidate } from './options.js' */
/** @import { ListContent } from './suggestions.js' */

/** How long typing must pause before the bot is asked for choices. */
const restMs = 150;

/** The most that Discord shows. */
const most = 25;

/**
 * Finds and shows the choices for the option being filled in; for autocomplete, asks the bot while the person types.
 * @param {object} deps
 * @param {(option: CommandOption) => Candidate[] | null} deps.candidates what an option offers by itself
 * @param {(option: CommandOption, text: string) => Promise<{ choices: Choice[] }>} deps.ask the bot
 * @param {(option: CommandOption, content: ListContent<Candidate>) => void} deps.show
 */
export function optionChoices({ candidates, ask, show }) {
  // Only the answer to the newest request counts.
  let question = 0;
  return { suggest, forget };

  /** Discards requests still in progress. */
  function forget() {
    question += 1;
  }

  /** @param {Field} field */
  function suggest(field) {
    question += 1;
    const { option, text, picked } = field;
    if (isAutocompleted(option)) void suggestFromBot(option, text, question);
    else {
      const all = candidates(option);
      // A picked value does not narrow the list: the person may want to pick another.
      const found = all && (picked ? all : narrow(all, text));
      offer(option, found ?? [], found?.length === 0 ? t('noChoices') : null);
    }
  }

  /** @param {CommandOption} option @param {string} text @param {number} own */
  async function suggestFromBot(option, text, own) {
    offer(option, [], t('loadingChoices'));
    await new Promise((resolve) => setTimeout(resolve, restMs));
    if (own !== question) return;
    try {
      const { choices } = await ask(option, text);
      if (own === question)
        offer(option, choiceCandidates(choices), choices.length === 0 ? t('noChoices') : null);
    } catch (error) {
      if (!(error instanceof BoxError || error instanceof TypeError)) throw error;
      if (own === question) offer(option, [], t('choicesFailed'));
    }
  }

  /** @param {CommandOption} option @param {Candidate[]} found @param {string | null} note */
  function offer(option, found, note) {
    const name = localized(option.name, option.name_localizations);
    show(option, {
      label: name,
      title: [
        h('strong', {}, name),
        h(
          'span',
          { class: 'suggestions-about' },
          localized(option.description, option.description_localizations),
        ),
        h('span', { class: 'suggestions-mark' }, t(option.required ? 'required' : 'optional')),
      ],
      items: found
        .slice(0, most)
        .map((candidate) => ({ value: candidate, key: candidate.label, face: face(candidate) })),
      note,
    });
  }
}

/** @param {Candidate} candidate */
function face({ label, description, face: picture }) {
  return [
    picture?.(),
    h('span', { class: 'suggestion-name' }, label),
    description && h('span', { class: 'suggestion-about' }, description),
  ];
}
