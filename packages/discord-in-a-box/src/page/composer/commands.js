// @ts-check

import { fold, localized } from '../i18n.js';
import { channelOf, guildOf, memberOf, partnerOf } from '../names.js';

/** @import { Command, CommandOption, Locale, State } from '../types.d.ts' */

/**
 * One line in the slash-command picker: a command, or one of its subcommands.
 * @typedef {object} Entry
 * @property {Command} command
 * @property {string | undefined} subcommand in the control API's format: `ver`, `grupo ver`
 * @property {string} title as the person types it, without the slash
 * @property {string} description
 * @property {CommandOption[]} options
 */

const administrator = 1n << 3n;

/**
 * The commands Discord would offer this person here: available in this guild and this kind of place, and not hidden by
 * `default_member_permissions` or the age restriction.
 * @param {State} state
 * @param {1 | 2 | 3} type slash, user or message command
 * @returns {Command[]}
 */
export function visibleCommands(state, type) {
  const { place, world, user } = state;
  if (!place || !world || !user) return [];
  const guild = guildOf(state);
  const member = guild && memberOf(state, user);
  return world.commands.filter((command) => {
    if ((command.type ?? 1) !== type) return false;
    if (command.guild_id && command.guild_id !== place.guild) return false;
    // Contexts: 0 a guild, 1 direct messages with the bot, 2 between people. Commands without contexts work everywhere,
    // unless the deprecated flag says otherwise.
    const context = place.guild ? 0 : partnerOf(state) ? 2 : 1;
    if (
      command.contexts
        ? !command.contexts.includes(context)
        : context !== 0 && command.dm_permission === false
    )
      return false;
    // Integration types: 0 installed in the guild, 1 by the person.
    /** @type {readonly number[]} */
    const kinds = command.integration_types ?? [0];
    const installed = kinds.includes(1) && world.installedBy.includes(user);
    if (!installed && !(kinds.includes(0) && context !== 2)) return false;
    if (command.nsfw && place.guild && !channelOf(state)?.nsfw) return false;
    return !place.guild || mayUse(command.default_member_permissions, member?.permissions ?? '0');
  });
}

/** @param {string | null | undefined} needed @param {string} held */
function mayUse(needed, held) {
  if (needed === null || needed === undefined) return true;
  const bits = BigInt(held);
  if (bits & administrator) return true;
  // `0` is Discord's way to write "administrators only".
  return needed !== '0' && (bits & BigInt(needed)) === BigInt(needed);
}

/**
 * @param {readonly Command[]} commands slash commands
 * @param {Locale} [locale]
 * @returns {Entry[]}
 */
export function entriesOf(commands, locale) {
  return commands.flatMap((command) => {
    const name = localized(command.name, command.name_localizations, locale);
    const description = localized(command.description, command.description_localizations, locale);
    return unfold(
      command.options ?? [],
      { command, subcommand: undefined, title: name, description, options: [] },
      locale,
    );
  });
}

/** @param {readonly CommandOption[]} options @param {Entry} above @param {Locale} [locale] @returns {Entry[]} */
function unfold(options, above, locale) {
  // Discord's option types 1 and 2: a subcommand and a group of them; a command has either those or plain options.
  const nested = options.filter(({ type }) => type === 1 || type === 2);
  if (nested.length === 0) return [{ ...above, options: [...options] }];
  return nested.flatMap((option) =>
    unfold(
      'options' in option ? (option.options ?? []) : [],
      {
        ...above,
        subcommand: above.subcommand ? `${above.subcommand} ${option.name}` : option.name,
        title: `${above.title} ${localized(option.name, option.name_localizations, locale)}`,
        description: localized(option.description, option.description_localizations, locale),
      },
      locale,
    ),
  );
}

/**
 * The entries that match what was typed after the slash: first those that begin with it, then those that contain it.
 * Both the registered and the localized name count.
 * @param {readonly Entry[]} entries
 * @param {string} typed
 */
export function matchEntries(entries, typed) {
  const wanted = fold(typed.trim());
  const ranked = entries.map((entry, order) => ({ entry, order, rank: rank(entry, wanted) }));
  return ranked
    .filter(({ rank: found }) => found < 3)
    .sort((a, b) => a.rank - b.rank || a.order - b.order)
    .map(({ entry }) => entry);
}

/** @param {Entry} entry @param {string} wanted @returns {0 | 1 | 2 | 3} 3: no match */
function rank(entry, wanted) {
  const names = [entry.title, registeredName(entry)].map(fold);
  if (names.some((name) => name.startsWith(wanted))) return 0;
  if (names.some((name) => name.split(/[ _-]/).some((word) => word.startsWith(wanted)))) return 1;
  return names.some((name) => name.includes(wanted)) ? 2 : 3;
}

/** @param {Entry} entry */
function registeredName({ command, subcommand }) {
  return subcommand ? `${command.name} ${subcommand}` : command.name;
}
