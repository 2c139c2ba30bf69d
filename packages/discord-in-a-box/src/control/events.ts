import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../core.ts';
import type { Gateway } from '../gateway/server.ts';
import type { JsonObject } from '../json.ts';
import { canSee, isVisibleTo } from '../state/messages.ts';
import type { Change, Channel, Message } from '../state/model.ts';
import { interactionView } from './interactions.ts';
import { messageView } from './messages.ts';
import { theUser } from './read.ts';
import { commandsView, stateView } from './state.ts';

/** Server-sent events: changes to the world as one person sees them. */
export interface Events {
  open(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void;
  close(): void;
}

const HEARTBEAT = 15_000; // periodic comments let both sides notice a dead connection

export function createEvents({ core, gateway }: { core: Core; gateway: Gateway }): Events {
  const streams = new Set<{ response: ServerResponse; user: string | null }>();
  const send = (response: ServerResponse, event: string, data: JsonObject) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

  const unsubscribe = core.subscribe((change) => {
    for (const { response, user } of streams) {
      for (const [event, data] of eventsOf(change, user)) send(response, event, data);
    }
  });
  const beat = setInterval(() => {
    for (const { response } of streams) response.write(': \n\n');
  }, HEARTBEAT);
  beat.unref();

  function eventsOf(change: Change, user: string | null): [string, JsonObject][] {
    const now = core.clock.now();
    const seesMessage = (message: Message) => user === null || isVisibleTo(message, user, now);
    const seesChannel = (channel: Channel) => user === null || canSee(channel, user, now);
    switch (change.kind) {
      case 'message-created':
      case 'message-updated':
        return seesMessage(change.message) ? [[change.kind, messageView(core, change.message)]] : [];
      case 'message-deleted': {
        const { id, channel } = change.message;
        return seesMessage(change.message) ? [['message-deleted', { id, channel: channel.id }]] : [];
      }
      case 'messages-deleted':
        if (!seesChannel(change.channel)) return [];
        return change.ids.map((id) => ['message-deleted', { id, channel: change.channel.id }]);
      case 'interaction-created':
      case 'interaction-changed': {
        const { interaction } = change;
        return user === null || interaction.user.id === user
          ? [['interaction', interactionView(interaction)]]
          : [];
      }
      case 'typing': {
        const { channel, user: who } = change;
        return seesChannel(channel) ? [['typing', { channel: channel.id, user: who.id }]] : [];
      }
      case 'commands-changed':
        return [['commands', { commands: commandsView(core) }]];
      case 'entitlement-created':
      case 'entitlement-deleted':
        return [];
      default:
        return [['state', stateView(core, gateway)]];
    }
  }

  return {
    open(request, response, query) {
      const wanted = query.get('user');
      const user = wanted === null ? null : theUser(core, wanted).id;
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      const stream = { response, user };
      streams.add(stream);
      request.on('close', () => streams.delete(stream));
      send(response, 'state', stateView(core, gateway));
    },
    close() {
      unsubscribe();
      clearInterval(beat);
      for (const { response } of streams) response.end();
    },
  };
}
