import { snowflakeAt } from '../snowflake.ts';
import type { Channel, DirectChannel, Guild, GuildChannel, Member, User } from './model.ts';
import { DM_PERMISSIONS, PERMISSION } from './permissions.ts';

/** The guilds, channels and people of the box. Its ids are the same at every start. */
export interface World {
  bot: User;
  /** Owns the guilds. */
  founder: User;
  /** Owns the bot's application: the first guild's moderator, so that somebody on the page does. */
  developer: User;
  users: Map<string, User>;
  guilds: Map<string, Guild>;
  channels: Map<string, Channel>;
}

const FOUNDED = Date.UTC(2024, 0, 15);
const EVERYONE = DM_PERMISSIONS | PERMISSION.changeNickname | PERMISSION.sendInThreads;
const MODERATION =
  PERMISSION.manageGuild | PERMISSION.manageChannels | PERMISSION.manageMessages | PERMISSION.moderateMembers;

/** Each number is an own millisecond after the founding, so that guilds spread over shards. */
const fixedId = (n: number): string => snowflakeAt(FOUNDED + n).toString();

const PEOPLE = {
  ana: { n: 11, name: 'Ana' },
  bruno: { n: 12, name: 'Bruno' },
  carmen: { n: 13, name: 'Carmen' },
  diego: { n: 14, name: 'Diego' },
} as const;
type Person = keyof typeof PEOPLE;

const GUILDS: {
  n: number;
  name: string;
  moderator: Person;
  others: Person[];
  channels: { name: string; topic: string }[];
}[] = [
  {
    n: 101,
    name: 'La Taberna del Chiste',
    moderator: 'carmen',
    others: ['ana', 'bruno'],
    channels: [
      { name: 'chistes', topic: 'Aquí se viene a reír' },
      { name: 'general', topic: 'De todo un poco' },
      { name: 'pruebas', topic: 'Para probar sin molestar' },
    ],
  },
  {
    n: 202,
    name: 'Club de la Comedia',
    moderator: 'diego',
    others: ['carmen', 'ana'],
    channels: [
      { name: 'escenario', topic: 'El micrófono está abierto' },
      { name: 'camerino', topic: 'Charla entre bastidores' },
    ],
  },
];

/** @param botName what the bot's account is called */
export function createWorld(botName: string): World {
  const user = (n: number, username: string, name: string, bot = false): User => ({
    id: fixedId(n),
    username,
    name,
    bot,
  });
  const bot = user(1, botName.toLowerCase().replaceAll(/[^a-z0-9_.]/g, '') || 'bot', botName, true);
  const founder = user(2, 'fundadora', 'Fundadora');
  const people = new Map<Person, User>();
  for (const [username, { n, name }] of Object.entries(PEOPLE)) {
    people.set(username as Person, user(n, username, name)); // Object.entries widens the keys of a const object
  }
  const developer = people.get('carmen') ?? founder;
  const world: World = {
    bot,
    founder,
    developer,
    users: new Map([bot, founder, ...people.values()].map((one) => [one.id, one])),
    guilds: new Map(),
    channels: new Map(),
  };
  for (const plan of GUILDS) {
    const guild = createGuild(plan.n, plan.name, founder);
    const moderation = fixedId(plan.n + 1);
    const member = (who: User, roles: string[] = []): Member => ({
      user: who,
      roles,
      joinedAt: FOUNDED,
      timedOutUntil: null,
    });
    guild.roles.set(moderation, {
      id: moderation,
      name: 'Moderación',
      color: 0xf1c40f,
      position: 1,
      permissions: MODERATION,
      managed: false,
    });
    for (const one of [member(founder), member(bot)]) guild.members.set(one.user.id, one);
    for (const [person, one] of people) {
      if (person === plan.moderator) guild.members.set(one.id, member(one, [moderation]));
      else if (plan.others.includes(person)) guild.members.set(one.id, member(one));
    }
    world.guilds.set(guild.id, guild);
    plan.channels.forEach(({ name, topic }, position) => {
      const id = fixedId(plan.n + 10 + position);
      const channel: GuildChannel = {
        kind: 'guild',
        id,
        guild,
        name,
        topic,
        nsfw: false,
        position,
        overwrites: [],
      };
      world.channels.set(id, channel);
    });
  }
  for (const [person, recipient] of people) {
    const id = fixedId(PEOPLE[person].n + 1000);
    world.channels.set(id, { kind: 'dm', id, recipient } satisfies DirectChannel);
  }
  return world;
}

function createGuild(n: number, name: string, owner: User): Guild {
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
  };
}

/** The people of a guild that one can act as: neither the bot nor the founder. */
export const peopleOf = (world: World, guild: Guild): Member[] =>
  [...guild.members.values()].filter(({ user }) => !user.bot && user.id !== world.founder.id);

/** A guild's text channels in their order. */
export const channelsOf = (world: World, guild: Guild): GuildChannel[] =>
  [...world.channels.values()]
    .filter((channel) => channel.kind === 'guild' && channel.guild === guild)
    .map((channel) => channel as GuildChannel) // narrowed by the filter
    .sort((a, b) => a.position - b.position);

/** The direct channel between a person and the bot. */
export const directChannelOf = (world: World, user: User): DirectChannel | undefined =>
  [...world.channels.values()].find(
    (channel): channel is DirectChannel => channel.kind === 'dm' && channel.recipient === user,
  );
