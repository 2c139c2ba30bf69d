import type { Instant } from '../clock.ts';
import type { JsonObject } from '../json.ts';

export interface User {
  id: string;
  username: string;
  name: string;
  bot: boolean;
}

export interface Role {
  id: string;
  name: string;
  color: number;
  position: number;
  permissions: bigint;
  managed: boolean;
}

export interface Member {
  user: User;
  roles: string[];
  joinedAt: Instant;
  timedOutUntil: Instant | null;
}

/** A channel's permission overwrite for a role (type 0) or a member (type 1). */
export interface Overwrite {
  id: string;
  type: 0 | 1;
  allow: bigint;
  deny: bigint;
}

/** The Discord channel types that the box has. */
export const CHANNEL = { text: 0, dm: 1, publicThread: 11, privateThread: 12, forum: 15 } as const;

export interface GuildChannel {
  kind: 'guild';
  type: typeof CHANNEL.text | typeof CHANNEL.forum;
  id: string;
  guild: Guild;
  name: string;
  topic: string | null;
  nsfw: boolean;
  position: number;
  overwrites: Overwrite[];
  /** A tag for a forum's posts. */
  tags: { id: string; name: string }[];
}

/** A thread in a text channel, or a post in a forum. It has its parent's permissions and age restriction. */
export interface Thread {
  kind: 'thread';
  type: typeof CHANNEL.publicThread | typeof CHANNEL.privateThread;
  /** The same as the id of the message it was started from or of the post's first message, if there is one. */
  id: string;
  guild: Guild;
  parent: GuildChannel;
  name: string;
  owner: User;
  /** Who follows it (user ids), and since when. */
  members: Map<string, Instant>;
  tags: string[];
  archived: boolean;
  locked: boolean;
  /** Minutes of inactivity until Discord archives it. */
  archiveAfter: number;
  /** Whether members of a private thread may add others. */
  invitable: boolean;
  createdAt: Instant;
  /** When it was last archived or unarchived. */
  archiveChangedAt: Instant;
}

/** A person's direct messages with the bot. */
export interface DirectChannel {
  kind: 'dm';
  id: string;
  recipient: User;
}

/**
 * Direct messages between two people. The bot is not a member, but people who installed the application can use its
 * commands here.
 */
export interface PrivateChannel {
  kind: 'private';
  id: string;
  people: readonly [User, User];
}

export type Channel = GuildChannel | Thread | DirectChannel | PrivateChannel;

/** The guild a channel belongs to; null for direct messages. */
export const guildOf = (channel: Channel): Guild | null => ('guild' in channel ? channel.guild : null);

export interface Guild {
  id: string;
  name: string;
  locale: string;
  ownerId: string;
  createdAt: Instant;
  /** Whether the bot is in it. */
  joined: boolean;
  roles: Map<string, Role>;
  members: Map<string, Member>;
  bans: Set<string>;
  emojis: { id: string; name: string; animated: boolean }[];
}

export interface Attachment {
  id: string;
  filename: string;
  size: number;
  contentType: string;
  url: string;
  description?: string;
  width?: number;
  height?: number;
}

/** The Discord message types that the box has. */
export const MESSAGE = {
  plain: 0,
  threadCreated: 18,
  reply: 19,
  chatInputCommand: 20,
  threadStarter: 21,
  contextMenuCommand: 23,
} as const;

export interface Message {
  id: string;
  channel: Channel;
  author: User;
  /** One of `MESSAGE`. */
  type: number;
  content: string;
  embeds: JsonObject[];
  components: JsonObject[];
  attachments: Attachment[];
  flags: number;
  tts: boolean;
  nonce: string | number | null;
  mentions: User[];
  mentionRoles: string[];
  mentionEveryone: boolean;
  replyTo: string | null;
  /** The message it forwards, as it was at the time. */
  forward?: Forward;
  createdAt: Instant;
  editedAt: Instant | null;
  edits: number;
  /** The interaction that caused it. */
  interaction: Interaction | null;
  /** Who can see an ephemeral message; null for everybody. */
  visibleTo: string | null;
}

export interface Forward {
  channelId: string;
  guildId: string | null;
  messageId: string;
  /** Discord's message snapshot: the content without its author. */
  snapshot: JsonObject;
}

export const INTERACTION = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
export type InteractionType = (typeof INTERACTION)[keyof typeof INTERACTION];

export type InteractionState = 'pending' | 'acknowledged' | 'answered' | 'failed';

export interface Interaction {
  id: string;
  token: string;
  type: InteractionType;
  user: User;
  channel: Channel;
  guild: Guild | null;
  locale: string;
  createdAt: Instant;
  data: JsonObject;
  /** Command name, for commands and autocomplete. */
  name: string | null;
  customId: string | null;
  /** The message whose component was used, or whose component opened the modal. */
  source: Message | null;
  /** The interaction whose modal was submitted. */
  parent: Interaction | null;
  owners: Record<string, string>;
  state: InteractionState;
  reason: 'timeout' | 'unanswered' | null;
  ackMs: number | null;
  /** Discord's callback type of the acknowledgement. */
  callback: number | null;
  expired: boolean;
  /** `@original`. */
  original: Message | null;
  followUps: Set<string>;
  modal: JsonObject | null;
  choices: JsonObject[] | null;
}

export interface Entitlement {
  id: string;
  sku: string;
  user: User;
  guild: Guild | null;
  createdAt: Instant;
}

/** A registered application command: Discord's object, and its guild if it is limited to one. */
export interface Command {
  id: string;
  guildId: string | null;
  type: number;
  name: string;
  definition: JsonObject;
}

/** A change in the box. The gateway tells the bot about it, the event stream tells people. */
export type Change =
  | { kind: 'message-created' | 'message-updated' | 'message-deleted'; message: Message }
  | { kind: 'messages-deleted'; channel: Channel; ids: string[] }
  | { kind: 'interaction-created' | 'interaction-changed'; interaction: Interaction }
  | { kind: 'commands-changed' }
  | { kind: 'presence-changed' }
  | { kind: 'clock-moved' }
  | { kind: 'typing'; channel: Channel; user: User }
  | { kind: 'guild-added' | 'guild-removed'; guild: Guild }
  | { kind: 'channel-created' | 'channel-updated' | 'channel-deleted'; channel: GuildChannel }
  | { kind: 'thread-created' | 'thread-updated' | 'thread-deleted'; thread: Thread }
  | { kind: 'thread-joined' | 'thread-left'; thread: Thread; user: User }
  | { kind: 'installs-changed' }
  | { kind: 'member-added' | 'member-updated' | 'member-removed'; guild: Guild; member: Member }
  | { kind: 'ban-added' | 'ban-removed'; guild: Guild; user: User }
  | { kind: 'role-updated'; guild: Guild; role: Role }
  | { kind: 'entitlement-created' | 'entitlement-deleted'; entitlement: Entitlement };

export type Publish = (change: Change) => void;
