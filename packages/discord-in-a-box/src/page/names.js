// @ts-check
import { t } from './i18n.js';

/** @import { Channel, Guild, Member, Place, State } from './types.d.ts' */

/** @param {State} state @param {string | null | undefined} [id] @returns {Guild | undefined} */
export function guildOf(state, id = state.place?.guild) {
  return state.world?.guilds.find((guild) => guild.id === id);
}

/** @param {State} state @returns {Channel | undefined} the channel in view; none in a direct message */
export function channelOf(state) {
  return guildOf(state)?.channels.find((channel) => channel.id === state.place?.channel);
}

/** @param {State} state @returns {Guild[]} the guilds the person is in */
export function ownGuilds(state) {
  return state.world?.guilds.filter((guild) => guild.members.some(({ id }) => id === state.user)) ?? [];
}

/** Everybody one can act as, each once. @param {State} state @returns {Member[]} */
export function people(state) {
  /** @type {Map<string, Member>} */
  const found = new Map();
  for (const guild of state.world?.guilds ?? [])
    for (const member of guild.members) if (!found.has(member.id)) found.set(member.id, member);
  for (const { user, name } of state.world?.dms ?? [])
    if (!found.has(user))
      // Somebody banned everywhere still has the conversation with the bot.
      found.set(user, {
        id: user,
        name,
        username: name,
        moderator: false,
        roles: [],
        permissions: '0',
        timedOutUntil: null,
      });
  return [...found.values()];
}

/** @param {State} state @param {string} id @returns {Member | undefined} as a member of the guild in view, else of any */
export function memberOf(state, id) {
  return (
    guildOf(state)?.members.find((member) => member.id === id) ??
    people(state).find((person) => person.id === id)
  );
}

/** @param {State} state @param {string} id */
export function nameOf(state, id) {
  if (id === state.world?.bot.id) return state.world.bot.name;
  return memberOf(state, id)?.name ?? t('unknownUser');
}

/** The colour of a person's highest coloured role, as CSS, or null. @param {State} state @param {string} id */
export function colorOf(state, id) {
  const guild = guildOf(state);
  const member = guild?.members.find((one) => one.id === id);
  const role = guild?.roles.find(({ id: own, color }) => color !== 0 && member?.roles.includes(own));
  return role ? cssColor(role.color) : null;
}

/** @param {number} color as Discord writes it, 0xRRGGBB */
export function cssColor(color) {
  return `#${color.toString(16).padStart(6, '0')}`;
}

/** What the channel in view is called, with its sign: `#chistes`, `@Chispa`. @param {State} state */
export function placeName(state) {
  if (!state.place) return '';
  return state.place.guild
    ? `#${channelOf(state)?.name ?? t('unknownChannel')}`
    : `@${state.world?.bot.name}`;
}

/** @param {State} state @returns {Place | null} where somebody lands who has not chosen yet */
export function firstPlace(state) {
  const [guild] = ownGuilds(state);
  const [channel] = guild?.channels ?? [];
  if (guild && channel) return { guild: guild.id, channel: channel.id };
  const conversation = state.world?.dms.find(({ user }) => user === state.user);
  return conversation ? { guild: null, channel: conversation.id } : null;
}

/** Whether the person may look there. @param {State} state @param {Place | null} place */
export function canVisit(state, place) {
  if (!place) return false;
  if (!place.guild)
    return state.world?.dms.some(({ id, user }) => id === place.channel && user === state.user) ?? false;
  return ownGuilds(state).some(
    (guild) => guild.id === place.guild && guild.channels.some(({ id }) => id === place.channel),
  );
}
