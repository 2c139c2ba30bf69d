import { snowflakeAt } from '../snowflake.ts';
import {
  CHANNEL,
  type Channel,
  type DirectChannel,
  type Guild,
  type GuildChannel,
  type Member,
  type Thread,
  type User,
} from './model.ts';
import { DM_PERMISSIONS, PERMISSION } from './permissions.ts';
import { type GuildPlan, PRIVATE, planOf, type WorldSize } from './plan.ts';

/** The guilds, channels and people in the box. Their ids are the same on every start. */
export interface World {
  bot: User;
  /** Owns the guilds. */
  founder: User;
  /** Owns the bot's application: the first guild's moderator, so that the owner is somebody you can be on the page. */
  developer: User;
  users: Map<string, User>;
  guilds: Map<string, Guild>;
  channels: Map<string, Channel>;
  /** Ids of the people who added the application to their own account. */
  installedBy: Set<string>;
}

const FOUNDED = Date.UTC(2024, 0, 15);
const EVERYONE =
  DM_PERMISSIONS |
  PERMISSION.changeNickname |
  PERMISSION.sendInThreads |
  PERMISSION.createPublicThreads |
  PERMISSION.createPrivateThreads |
  PERMISSION.useExternalApps;
const MODERATION =
  PERMISSION.manageGuild |
  PERMISSION.manageChannels |
  PERMISSION.manageMessages |
  PERMISSION.manageThreads |
  PERMISSION.moderateMembers;

/** Each number is a different millisecond after the founding, so that guilds spread over shards. */
const fixedId = (n: number): string => snowflakeAt(FOUNDED + n).toString();

const BOT = 1;
const FOUNDER = 2;

/** @param botName the name of the bot's account */
export function createWorld(botName: string, size: WorldSize = { guilds: 0, people: 0 }): World {
  const user = (n: number, username: string, name: string, bot = false): User => ({
    id: fixedId(n),
    username,
    name,
    bot,
  });
  const bot = user(BOT, botName.toLowerCase().replaceAll(/[^a-z0-9_.]/g, '') || 'bot', botName, true);
  const founder = user(FOUNDER, 'fundadora', 'Fundadora');
  const people = new Map<string, User>();
  const world: World = {
    bot,
    founder,
    developer: founder,
    users: new Map([bot, founder].map((one) => [one.id, one])),
    guilds: new Map(),
    channels: new Map(),
    installedBy: new Set(),
  };
  const { people: plans, guilds } = planOf(size);
  for (const { username, n, dm } of plans) {
    const person = user(n, username, username.charAt(0).toUpperCase() + username.slice(1));
    people.set(username, person);
    world.users.set(person.id, person);
    const id = fixedId(dm);
    world.channels.set(id, { kind: 'dm', id, recipient: person });
  }
  world.developer = people.get('carmen') ?? founder;
  for (const plan of guilds) addGuild(world, plan, people);
  const [ana, bruno] = ['ana', 'bruno'].map((name) => people.get(name));
  if (ana && bruno) {
    const id = fixedId(PRIVATE);
    world.channels.set(id, { kind: 'private', id, people: [ana, bruno] });
  }
  return world;
}

function addGuild(world: World, plan: GuildPlan, people: ReadonlyMap<string, User>): void {
  const { bot, founder } = world;
  const guild = createGuild(plan, founder);
  const moderation = fixedId(plan.n + 1);
  guild.roles.set(moderation, {
    id: moderation,
    name: 'Moderación',
    color: 0xf1c40f,
    position: 1,
    permissions: MODERATION,
    managed: false,
  });
  const join = (who: User | undefined, roles: string[] = []) => {
    if (who) guild.members.set(who.id, { user: who, roles, joinedAt: FOUNDED, timedOutUntil: null });
  };
  join(founder);
  join(bot);
  for (const [name, person] of people) {
    if (name === plan.moderator) join(person, [moderation]);
    else if (plan.others.includes(name)) join(person);
  }
  world.guilds.set(guild.id, guild);
  plan.channels.forEach(({ name, topic, tags }, position) => {
    const id = fixedId(plan.n + 10 + position);
    const channel = createChannel({
      id,
      guild,
      name,
      topic,
      position,
      type: tags ? CHANNEL.forum : CHANNEL.text,
    });
    channel.tags = (tags ?? []).map((tag, index) => ({ id: fixedId(plan.n + 30 + index), name: tag }));
    world.channels.set(id, channel);
  });
}

/** A new channel in a guild: open to everybody. */
export const createChannel = (
  channel: Pick<GuildChannel, 'id' | 'guild' | 'name' | 'topic' | 'position' | 'type'>,
): GuildChannel => ({ kind: 'guild', nsfw: false, overwrites: [], tags: [], ...channel });

function createGuild({ n, name, emojis = [] }: GuildPlan, owner: User): Guild {
  const id = fixedId(n);
  const everyone = { id, name: '@everyone', color: 0, position: 0, permissions: EVERYONE, managed: false };
  return {
    id,
    name,
    locale: 'es-ES',
    ownerId: owner.id,
    createdAt: FOUNDED,
    joined: true,
    roles: new Map([[id, everyone]]),
    members: new Map(),
    bans: new Set(),
    emojis: emojis.map((emoji, index) => ({ id: fixedId(n + 50 + index), animated: false, ...emoji })),
  };
}

/** The people in a guild that you can act as: neither the bot nor the founder. */
export const peopleOf = (world: World, guild: Guild): Member[] =>
  [...guild.members.values()].filter(({ user }) => !user.bot && user.id !== world.founder.id);

/** A guild's channels in order, without threads. */
export const channelsOf = (world: World, guild: Guild): GuildChannel[] =>
  [...world.channels.values()]
    .filter((channel) => channel.kind === 'guild' && channel.guild === guild)
    .map((channel) => channel as GuildChannel) // narrowed by the filter
    .sort((a, b) => a.position - b.position);

/** The direct message channel between a person and the bot. */
export const directChannelOf = (world: World, user: User): DirectChannel | undefined =>
  [...world.channels.values()].find(
    (channel): channel is DirectChannel => channel.kind === 'dm' && channel.recipient === user,
  );

/** A guild's threads, oldest first. */
export const threadsOf = (world: World, guild: Guild): Thread[] =>
  [...world.channels.values()]
    .filter((channel): channel is Thread => channel.kind === 'thread' && channel.guild === guild)
    .sort((a, b) => a.createdAt - b.createdAt);
