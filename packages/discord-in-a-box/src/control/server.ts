import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Core } from '../core.ts';
import { ControlError, DiscordError } from '../errors.ts';
import type { Gateway } from '../gateway/server.ts';
import { parseBody, readBody, sendJson } from '../http/body.ts';
import { askForChoices, useCommand } from './commands.ts';
import { useComponent } from './components.ts';
import { createEvents } from './events.ts';
import { injectFault } from './faults.ts';
import { interactionView, settled, theInteraction } from './interactions.ts';
import { messagesOf, messageView, writeMessage } from './messages.ts';
import { submitModal } from './modals.ts';
import { theMessage, theUser } from './read.ts';
import { stateView } from './state.ts';
import { startThread } from './threads.ts';
import { changeWorld } from './world.ts';

export interface Control {
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
  close(): void;
}

type Answer = { status: number; body: unknown };
type Handler = (input: { body: unknown; query: URLSearchParams; id: string }) => Answer | Promise<Answer>;

const ok = (body: unknown): Answer => ({ status: 200, body });
const accepted = (interaction: { id: string }): Answer => ({
  status: 202,
  body: { interaction: interaction.id },
});

/** The API that drives the box: people's actions, faults, and the visible state. See docs/control-api.md. */
export function createControl({ core, gateway }: { core: Core; gateway: Gateway }): Control {
  const events = createEvents({ core, gateway });

  const handlers: Record<string, Handler> = {
    'GET /box/state': () => ok(stateView(core, gateway)),
    'POST /box/commands': ({ body }) => accepted(useCommand(core, body)),
    'POST /box/components': ({ body }) => accepted(useComponent(core, body)),
    'POST /box/modals': ({ body }) => accepted(submitModal(core, body)),
    'POST /box/autocomplete': async ({ body }) => {
      const { choices } = await settled(core, askForChoices(core, body));
      if (!choices) throw new ControlError('The bot gave no choices within 3 s.', 504);
      return ok({ choices });
    },
    'GET /box/interactions/:id': ({ id }) => ok(interactionView(theInteraction(core, id, 404))),
    'GET /box/messages': ({ query }) => ok(messagesOf(core, query)),
    'GET /box/messages/:id': ({ id, query }) =>
      ok(messageView(core, theMessage(core, id, theUser(core, query.get('user') ?? '')))),
    'POST /box/messages': ({ body }) => ({ status: 201, body: writeMessage(core, body) }),
    'POST /box/threads': ({ body }) => ({ status: 201, body: startThread(core, body) }),
    'POST /box/world': ({ body }) => ok(changeWorld(core, body)),
    'GET /box/faults': () => ok({ faults: core.faults.waiting() }),
    'POST /box/faults': ({ body }) => ok(injectFault(core, gateway, body)),
    'DELETE /box/faults': () => {
      core.faults.clear();
      return ok({ ok: true });
    },
  };

  async function answer(request: IncomingMessage, url: URL): Promise<Answer> {
    const [, , noun = '', id] = url.pathname.split('/');
    const pattern = `/box/${noun}${id === undefined ? '' : '/:id'}`;
    const handler = handlers[`${request.method} ${pattern}`];
    if (!handler)
      throw new ControlError(
        `There is no ${request.method} ${url.pathname}; docs/control-api.md lists what there is.`,
        404,
      );
    const type = request.headers['content-type'] ?? '';
    const raw = await readBody(request);
    if (raw.length > 0 && !type.startsWith('application/json')) {
      throw new ControlError('A body must be JSON, with content-type: application/json.');
    }
    const { body } = await parseBody(raw, type);
    return handler({ body, query: url.searchParams, id: id ?? '' });
  }

  return {
    async handle(request, response, url) {
      try {
        if (request.method === 'GET' && url.pathname === '/box/events') {
          return events.open(request, response, url.searchParams);
        }
        const { status, body } = await answer(request, url);
        sendJson(response, status, body);
      } catch (error) {
        if (error instanceof ControlError) sendJson(response, error.status, { error: error.message });
        else if (error instanceof DiscordError) sendJson(response, 400, { error: error.message });
        else throw error;
      }
    },
    close: () => events.close(),
  };
}
