// @ts-check
import { t } from './i18n.js';

/** @import { Channel, Guild, Member, Place, State, Thread } from './types.d.ts' */

/**
 * A channel or thread of a guild: a thread has its parent's age restriction.
 * @typedef {Pick<Channel, 'id' | 'name' | 'topic' | 'nsfw'> & { type: number, thread: Thread | null }} Spot
 */

/** @param {State} state @param {string | null | undefined} [id] @returns {Guild | undefined} */
export function guildOf(state, id = state.place?.guild) {
  return state.world?.guilds.find((guild) => guild.id === id);
}

/** @param {State} state @returns {Spot | undefined} the current channel or thread; none in direct messages */
export function channelOf(state) {
  const guild = guildOf(state);
  return guild && spotsOf(guild, state.user).find(({ id }) => id === state.place?.channel);
}

/**
 * What a person sees in a guild: each channel, followed by its visible threads.
 * @param {Guild} guild @param {string | null} user @returns {Spot[]}
 */
export function spotsOf(guild, user) {
  const moderates = guild.members.find(({ id }) => id === user)?.moderator ?? false;
  return guild.channels.flatMap((channel) => [
    { ...channel, thread: null },
    ...channel.threads
      .filter((thread) => !thread.private || moderates || thread.members.includes(user ?? ''))
      .map((thread) => ({
        id: thread.id,
        name: thread.name,
        topic: null,
        nsfw: channel.nsfw,
        type: 11,
        thread,
      })),
  ]);
}

/**
 * @param {State} state
 * @param {string | undefined} [id] the other person in direct messages between people; none elsewhere
 */
export function partnerOf(state, id = state.place?.channel) {
  const found = state.world?.privates.find((one) => one.id === id);
  return found?.users.find((user) => user !== state.user);
}

/** @param {State} state @returns {Guild[]} the guilds the person is in */
export function ownGuilds(state) {
  return state.world?.guilds.filter((guild) => guild.members.some(({ id }) => id === state.user)) ?? [];
}

/** Everybody you can act as, each once. @param {State} state @returns {Member[]} */
export function people(state) {
  /** @type {Map<string, Member>} */
  const found = new Map();
  for (const guild of state.world?.guilds ?? [])
    for (const member of guild.members) if (!found.has(member.id)) found.set(member.id, member);
  for (const { user, name } of state.world?.dms ?? [])
    if (!found.has(user))
      // Somebody banned everywhere still has direct messages with the bot.
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

/**
 * @param {State} state
 * @param {string} id
 * @returns {Member | undefined} as a member of the current guild, otherwise of any
 */
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

/** The color of a person's highest colored role, as CSS, or null. @param {State} state @param {string} id */
export function colorOf(state, id) {
  const guild = guildOf(state);
  const member = guild?.members.find((one) => one.id === id);
  const role = guild?.roles.find(({ id: own, color }) => color !== 0 && member?.roles.includes(own));
  return role ? cssColor(role.color) : null;
}

/** @param {number} color in Discord's format, 0xRRGGBB */
export function cssColor(color) {
  return `#${color.toString(16).padStart(6, '0')}`;
}

/** The current channel's name with its sign: `#chistes`, `@Chispa`. @param {State} state */
export function placeName(state) {
  if (!state.place) return '';
  return state.place.guild
    ? `#${channelOf(state)?.name ?? t('unknownChannel')}`
    : `@${nameOf(state, partnerOf(state) ?? state.world?.bot.id ?? '')}`;
}

/** @param {State} state @returns {Place | null} the initial place of somebody who has not chosen one */
export function firstPlace(state) {
  const [guild] = ownGuilds(state);
  const [channel] = guild?.channels ?? [];
  if (guild && channel) return { guild: guild.id, channel: channel.id };
  const conversation = state.world?.dms.find(({ user }) => user === state.user);
  return conversation ? { guild: null, channel: conversation.id } : null;
}

/** Whether the person may see the place. @param {State} state @param {Place | null} place */
export function canVisit(state, place) {
  if (!place) return false;
  const { user, world } = state;
  if (!place.guild)
    return (
      world?.dms.some((one) => one.id === place.channel && one.user === user) ||
      world?.privates.some((one) => one.id === place.channel && one.users.includes(user ?? '')) ||
      false
    );
  return ownGuilds(state).some(
    (guild) => guild.id === place.guild && spotsOf(guild, user).some(({ id }) => id === place.channel),
  );
}
