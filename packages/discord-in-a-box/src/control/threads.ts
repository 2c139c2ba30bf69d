import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { CHANNEL, type GuildChannel } from '../state/model.ts';
import { channelPermissions, has, PERMISSION } from '../state/permissions.ts';
import { personsMessage, refuseSilent } from './messages.ts';
import { fileSchema, id, read, refuseOutsider, theChannel, theMessage, theUser } from './read.ts';
import { threadView } from './state.ts';

const schema = z.strictObject({
  channel: id,
  user: id,
  name: z.string().min(1).max(LIMITS.thread.name),
  /** The message it is started from. */
  message: id.optional(),
  private: z.boolean().default(false),
  /** For a forum post: its first message, and its tags by name or id. */
  content: z.string().default(''),
  attachments: z.array(fileSchema).max(LIMITS.message.attachments).default([]),
  tags: z.array(z.string()).max(LIMITS.thread.tags).default([]),
});

/** A person starts a thread in a text channel, or a post in a forum. */
export function startThread(core: Core, body: unknown): JsonObject {
  const { name, message, ...input } = read(schema, body);
  const owner = theUser(core, input.user);
  const parent = theChannel(core, input.channel);
  if (parent.kind !== 'guild') throw new ControlError(`The channel ${parent.id} can have no threads.`);
  refuseOutsider(core, owner, parent);
  const may = (permission: bigint) => has(channelPermissions(parent, owner.id, core.clock.now()), permission);
  if (parent.type === CHANNEL.forum) {
    refuseSilent(core, owner, parent);
    const tags = input.tags.map((tag) => tagId(parent, tag));
    return threadView(
      core.threads.start({
        parent,
        name,
        owner,
        tags,
        first: (thread) => personsMessage(core, owner, thread, input),
      }),
    );
  }
  if (input.content || input.attachments.length > 0 || input.tags.length > 0) {
    throw new ControlError('Only a post in a forum opens with content and has tags.');
  }
  if (!may(input.private ? PERMISSION.createPrivateThreads : PERMISSION.createPublicThreads)) {
    throw new ControlError(`${owner.name} may not start such a thread in ${parent.name}.`);
  }
  const from = message === undefined ? undefined : theMessage(core, message, owner);
  if (from && (from.channel !== parent || from.visibleTo !== null || input.private)) {
    throw new ControlError('A thread is started from a message that everybody in the channel sees.');
  }
  if (from && core.world.channels.has(from.id)) throw new ControlError('The message has a thread already.');
  return threadView(
    core.threads.start({ parent, name, owner, isPrivate: input.private, ...(from ? { from } : {}) }),
  );
}

function tagId(forum: GuildChannel, wanted: string): string {
  const tag = forum.tags.find(({ id: tagId, name }) => wanted === tagId || wanted === name);
  if (!tag) throw new ControlError(`The forum ${forum.name} has no tag ${wanted}.`);
  return tag.id;
}
