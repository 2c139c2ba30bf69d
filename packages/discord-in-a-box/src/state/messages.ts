import type { Clock } from '../clock.ts';
import { type Channel, guildOf, type Message, type Publish } from './model.ts';
import { channelPermissions, has, PERMISSION } from './permissions.ts';

export const FLAG = {
  suppressEmbeds: 1 << 2,
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  hasSnapshot: 1 << 14,
  componentsV2: 1 << 15,
} as const;

/** A new message without the fields that the store adds. */
export type MessageDraft = Omit<Message, 'id' | 'createdAt' | 'editedAt' | 'edits'>;
export type MessageEdit = Partial<
  Pick<
    Message,
    | 'content'
    | 'embeds'
    | 'components'
    | 'attachments'
    | 'flags'
    | 'mentions'
    | 'mentionRoles'
    | 'mentionEveryone'
    | 'nonce'
  >
>;

/** All messages, oldest first. Every change is published. */
export interface Messages {
  /** @param id given for a forum post's first message, which has the post's own id */
  create(draft: MessageDraft, id?: string): Message;
  edit(message: Message, edit: MessageEdit): Message;
  delete(message: Message): void;
  deleteMany(channel: Channel, messages: readonly Message[]): void;
  /** Drops a channel's messages without publishing it, because the channel itself is gone. */
  forget(channel: Channel): void;
  get(id: string): Message | undefined;
  in(channel: Channel): Message[];
}

export function createMessages({
  clock,
  nextId,
  publish,
}: {
  clock: Clock;
  nextId: () => string;
  publish: Publish;
}): Messages {
  const all = new Map<string, Message>();
  return {
    create(draft, id = nextId()) {
      const message = { ...draft, id, createdAt: clock.now(), editedAt: null, edits: 0 };
      all.set(message.id, message);
      publish({ kind: 'message-created', message });
      return message;
    },
    edit(message, edit) {
      Object.assign(message, edit, { editedAt: clock.now(), edits: message.edits + 1 });
      publish({ kind: 'message-updated', message });
      return message;
    },
    delete(message) {
      if (all.delete(message.id)) publish({ kind: 'message-deleted', message });
    },
    deleteMany(channel, messages) {
      for (const { id } of messages) all.delete(id);
      publish({ kind: 'messages-deleted', channel, ids: messages.map(({ id }) => id) });
    },
    forget(channel) {
      for (const message of all.values()) if (message.channel === channel) all.delete(message.id);
    },
    get: (id) => all.get(id),
    in: (channel) => [...all.values()].filter((message) => message.channel === channel),
  };
}

/** Whether a person can see a message: they can see its channel, and it is not somebody else's ephemeral message. */
export const isVisibleTo = (message: Message, userId: string, now: number): boolean =>
  (message.visibleTo === null || message.visibleTo === userId) && canSee(message.channel, userId, now);

/** Whether a person can see a channel. */
export function canSee(channel: Channel, userId: string, now: number): boolean {
  if (channel.kind === 'dm') return channel.recipient.id === userId;
  const guild = guildOf(channel);
  if (guild && !guild.joined && guild.members.get(userId)?.user.bot) return false;
  return has(channelPermissions(channel, userId, now), PERMISSION.viewChannel);
}
