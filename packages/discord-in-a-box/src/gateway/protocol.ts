import type { JsonObject } from '../json.ts';

/** Gateway opcodes. https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway */
export const OP = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voiceState: 4,
  resume: 6,
  reconnect: 7,
  requestMembers: 8,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;

/** Gateway close codes, with Discord's reasons. */
export const CLOSE = {
  unknownOpcode: [4001, 'Unknown opcode.'],
  decodeError: [4002, 'Error while decoding payload.'],
  notAuthenticated: [4003, 'Not authenticated.'],
  authenticationFailed: [4004, 'Authentication failed.'],
  alreadyAuthenticated: [4005, 'Already authenticated.'],
  invalidSequence: [4007, 'Invalid seq.'],
  rateLimited: [4008, 'Rate limited.'],
  sessionTimeout: [4009, 'Session timed out.'],
  invalidShard: [4010, 'Invalid shard.'],
  invalidVersion: [4012, 'Invalid API version.'],
  invalidIntents: [4013, 'Invalid intent(s).'],
} as const;

/** The gateway intents that the box distinguishes. */
export const INTENT = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildModeration: 1 << 2,
  guildMessages: 1 << 9,
  guildTyping: 1 << 11,
  directMessages: 1 << 12,
  directTyping: 1 << 14,
  messageContent: 1 << 15,
} as const;

export interface Payload {
  op: number;
  d: unknown;
  s: number | null;
  t: string | null;
}

export const payload = (op: number, d: unknown = null): Payload => ({ op, d, s: null, t: null });

/** An event for the bot: its name and data, the guild it belongs to, and the intents it needs. */
export interface Dispatch {
  t: string;
  d: JsonObject;
  /** The guild it belongs to; null goes to shard 0. */
  guild: string | null;
  /** The session needs any of these intents; 0 means none. */
  intents: number;
  /** Data for sessions without the message content intent. */
  withoutContent?: JsonObject;
}
