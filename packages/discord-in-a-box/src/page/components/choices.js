// @ts-check
import { avatar } from '../avatar.js';
import { h } from '../dom.js';
import { icon } from '../icons.js';
import { cssColor, guildOf, people, spotsOf } from '../names.js';
import { emojiFace } from './button.js';

/** @import { APISelectMenuComponent } from 'discord-api-types/v10' */
/** @import { Directory } from '../composer/options.js' */
/** @import { State } from '../types.d.ts' */
/** @import { ListOption } from '../ui/listbox.js' */

/**
 * What a select offers: its own options, or the people, roles and channels of the guild.
 * @param {APISelectMenuComponent} component
 * @param {State} state
 * @returns {ListOption[]}
 */
export function selectOptions(component, state) {
  switch (component.type) {
    case 3:
      return component.options.map(({ label, value, description, emoji }) => ({
        label,
        value,
        description: description ?? null,
        ...(emoji && { face: () => emojiFace(emoji) }),
      }));
    case 5:
      return personOptions(state);
    case 6:
      return roleOptions(state);
    case 7: // people and roles
      return [...personOptions(state), ...roleOptions(state)];
    case 8:
      return component.channel_types && !component.channel_types.includes(0) ? [] : channelOptions(state);
    default:
      return [];
  }
}

/** @param {APISelectMenuComponent} component @returns {string[]} the default selection */
export function defaultValues(component) {
  if (component.type === 3)
    return component.options.filter((option) => option.default).map(({ value }) => value);
  return (component.default_values ?? []).map(({ id }) => id);
}

/** @param {State} state @returns {ListOption[]} */
function personOptions(state) {
  const members = guildOf(state)?.members ?? people(state).filter(({ id }) => id === state.user);
  const { bot } = state.world ?? {};
  return [
    ...members.map(({ id, name, username }) => ({
      value: id,
      label: name,
      description: username,
      face: () => avatar(name, id),
    })),
    ...(bot ? [{ value: bot.id, label: bot.name, face: () => avatar(bot.name, bot.id, { bot: true }) }] : []),
  ];
}

/** @param {State} state @returns {ListOption[]} */
function roleOptions(state) {
  return (guildOf(state)?.roles ?? []).map(({ id, name, color }) => ({
    value: id,
    label: name,
    face: () => roleDot(color),
  }));
}

/** @param {State} state @returns {ListOption[]} */
function channelOptions(state) {
  const guild = guildOf(state);
  return (guild ? spotsOf(guild, state.user) : []).map(({ id, name }) => ({
    value: id,
    label: name,
    face: () => icon('hash', 'icon-small'),
  }));
}

/**
 * The people and things that a command's options can refer to in the current place.
 * @param {State} state
 * @returns {Directory}
 */
export function directoryOf(state) {
  const emojis = (guildOf(state)?.emojis ?? []).map(({ id, name, animated }) => ({
    label: name,
    value: `${animated ? 'a' : ''}:${name}:${id}`,
  }));
  return { people: personOptions(state), roles: roleOptions(state), channels: channelOptions(state), emojis };
}

/** @param {number} color */
function roleDot(color) {
  const dot = h('span', { class: 'role-dot', 'aria-hidden': 'true' });
  if (color) dot.style.setProperty('--role', cssColor(color));
  return dot;
}
