import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { type Attachment, type Channel, guildOf, type Message } from '../state/model.ts';
import { channelPermissions } from '../state/permissions.ts';
import { interactionChannel } from '../wire/channel.ts';
import { attachmentObject, messageObject } from '../wire/message.ts';
import { memberFields, roleObject, userObject } from '../wire/user.ts';

/** Collects the objects that an interaction's ids refer to: Discord's `resolved`. */
export interface Resolved {
  user(id: string): void;
  role(id: string): void;
  mentionable(id: string): void;
  channel(id: string, types?: readonly number[]): void;
  message(message: Message): void;
  attachment(attachment: Attachment): void;
  /** `{ resolved }`, or nothing if no id was used. */
  fields(): JsonObject;
}

export function createResolved(core: Core, where: Channel, actingUser: string): Resolved {
  const guild = guildOf(where);
  const found: Record<string, JsonObject> = {};
  const add = (kind: string, id: string, value: unknown) => {
    found[kind] = { ...found[kind], [id]: value };
  };
  const resolved: Resolved = {
    user(id) {
      const user = core.world.users.get(id);
      if (!user) throw new ControlError(`There is no user ${id}.`);
      add('users', id, userObject(user));
      const member = guild?.members.get(id);
      if (!member) return;
      const { mute: _mute, deaf: _deaf, ...fields } = memberFields(member);
      const permissions = channelPermissions(where, id, core.clock.now()).toString();
      add('members', id, { ...fields, permissions });
    },
    role(id) {
      const role = guild?.roles.get(id);
      if (!role) throw new ControlError(`There is no role ${id} here.`);
      add('roles', id, roleObject(role));
    },
    mentionable(id) {
      if (guild?.roles.has(id)) resolved.role(id);
      else resolved.user(id);
    },
    channel(id, types) {
      const channel = core.world.channels.get(id);
      const inReach = channel && (guild ? guildOf(channel) === guild : channel === where);
      if (!inReach) throw new ControlError(`There is no channel ${id} here.`);
      const object = interactionChannel(core, channel, actingUser);
      if (types?.length && !types.includes(Number(object.type))) {
        throw new ControlError(`Channel ${id} is not of a type that is asked for here.`);
      }
      add('channels', id, object);
    },
    message(message) {
      add('messages', message.id, messageObject(core, message));
    },
    attachment(attachment) {
      add('attachments', attachment.id, attachmentObject(attachment, true));
    },
    fields: () => (Object.keys(found).length > 0 ? { resolved: found } : {}),
  };
  return resolved;
}
