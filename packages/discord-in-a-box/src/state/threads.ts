import type { Clock } from '../clock.ts';
import type { MessageDraft, Messages } from './messages.ts';
import {
  CHANNEL,
  type GuildChannel,
  MESSAGE,
  type Message,
  type Publish,
  type Thread,
  type User,
} from './model.ts';
import type { World } from './world.ts';

/** What starts a thread. */
export interface ThreadDraft {
  parent: GuildChannel;
  name: string;
  owner: User;
  isPrivate?: boolean;
  archiveAfter?: number;
  invitable?: boolean;
  tags?: string[];
  /** The message in the parent channel that it starts from. */
  from?: Message;
  /** For a forum post: its first message. */
  first?: (thread: Thread) => MessageDraft;
}

/** Threads and posts. Every change is published. */
export interface Threads {
  start(draft: ThreadDraft): Thread;
  update(
    thread: Thread,
    changes: Partial<Pick<Thread, 'name' | 'locked' | 'archiveAfter' | 'invitable' | 'tags'>>,
  ): void;
  /** Archives or unarchives a thread; the first message in an archived one also unarchives it. */
  archive(thread: Thread, archived: boolean): void;
  delete(thread: Thread): void;
  join(thread: Thread, user: User): void;
  leave(thread: Thread, user: User): void;
}

const DAY = 1440; // minutes

export function createThreads({
  world,
  messages,
  clock,
  nextId,
  publish,
}: {
  world: World;
  messages: Messages;
  clock: Clock;
  nextId: () => string;
  publish: Publish;
}): Threads {
  const system = (
    channel: Message['channel'],
    author: User,
    type: number,
    content: string,
    replyTo: string | null,
  ) =>
    ({
      channel,
      author,
      type,
      content,
      embeds: [],
      components: [],
      attachments: [],
      flags: 0,
      tts: false,
      nonce: null,
      mentions: [],
      mentionRoles: [],
      mentionEveryone: false,
      replyTo,
      interaction: null,
      visibleTo: null,
    }) satisfies MessageDraft;

  return {
    start({
      parent,
      name,
      owner,
      from,
      first,
      isPrivate = false,
      archiveAfter = DAY,
      invitable = true,
      tags = [],
    }) {
      const now = clock.now();
      const thread: Thread = {
        kind: 'thread',
        type: isPrivate ? CHANNEL.privateThread : CHANNEL.publicThread,
        id: from?.id ?? nextId(),
        guild: parent.guild,
        parent,
        name,
        owner,
        members: new Map([[owner.id, now]]),
        tags,
        archived: false,
        locked: false,
        archiveAfter,
        invitable,
        createdAt: now,
        archiveChangedAt: now,
      };
      world.channels.set(thread.id, thread);
      publish({ kind: 'thread-created', thread });
      if (first) messages.create(first(thread), thread.id);
      else if (from) {
        messages.create(system(thread, owner, MESSAGE.threadStarter, '', from.id));
        publish({ kind: 'message-updated', message: from }); // the message now shows its thread
      } else if (!isPrivate) messages.create(system(parent, owner, MESSAGE.threadCreated, name, thread.id));
      return thread;
    },
    update(thread, changes) {
      Object.assign(thread, changes);
      publish({ kind: 'thread-updated', thread });
    },
    archive(thread, archived) {
      if (thread.archived === archived) return;
      thread.archived = archived;
      thread.archiveChangedAt = clock.now();
      publish({ kind: 'thread-updated', thread });
    },
    delete(thread) {
      world.channels.delete(thread.id);
      messages.forget(thread);
      publish({ kind: 'thread-deleted', thread });
    },
    join(thread, user) {
      if (thread.members.has(user.id)) return;
      thread.members.set(user.id, clock.now());
      publish({ kind: 'thread-joined', thread, user });
    },
    leave(thread, user) {
      if (thread.members.delete(user.id)) publish({ kind: 'thread-left', thread, user });
    },
  };
}
