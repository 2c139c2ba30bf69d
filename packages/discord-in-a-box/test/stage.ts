import { Client, type ClientOptions, Events, GatewayIntentBits, type Interaction } from 'discord.js';
import { type Box, type BoxOptions, createBox } from '../src/index.ts';
import { type Validation, validateExchanges } from './spec.ts';

// The control API's answers are read by tests that know what they asked for; `any` would hide misspelt fields.
export interface Seen {
  id: string;
  type: number;
  content: string;
  flags: number;
  edits: number;
  interaction: string | null;
  author: { id: string };
  // biome-ignore lint/suspicious/noExplicitAny: Discord's embeds and components come in too many shapes to name
  embeds: any[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  components: any[];
  attachments: { id: string; filename: string; url: string; width?: number; size: number }[];
}
export interface Person {
  id: string;
  name: string;
  moderator: boolean;
  permissions: string;
  timedOutUntil: string | null;
}
export interface GuildState {
  id: string;
  name: string;
  channels: {
    id: string;
    name: string;
    nsfw: boolean;
    type: number;
    tags?: { id: string; name: string }[];
    threads: {
      id: string;
      name: string;
      archived: boolean;
      locked: boolean;
      private: boolean;
      members: string[];
    }[];
  }[];
  emojis: { id: string; name: string; animated: boolean }[];
  roles: { id: string; name: string }[];
  members: Person[];
}
export interface State {
  bot: { id: string; name: string; online: boolean; activity: string | null };
  guilds: GuildState[];
  dms: { id: string; user: string }[];
  privates: { id: string; users: string[] }[];
  installedBy: string[];
  commands: { id: string; name: string; guild_id?: string }[];
  clock: { offsetMs: number };
}
export interface InteractionView {
  state: 'pending' | 'acknowledged' | 'answered' | 'failed';
  ackMs: number | null;
  reason?: string;
  message?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a modal's components come in too many shapes to name
  modal?: any;
}

/** A box with a real discord.js client in it, and hands to drive it. */
export interface Stage {
  box: Box;
  validation: Validation;
  /** Requests to what the box does not have. */
  unknown: string[];
  state(): Promise<State>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** Status and body of a request that may be refused. */
  send(method: string, path: string, body?: unknown): Promise<{ status: number; body: { error?: string } }>;
  /** A fresh client, not logged in. */
  client(options?: Partial<ClientOptions>): Client;
  /** A client that is ready and handles interactions with `handle`. */
  bot(
    handle?: (interaction: Interaction) => unknown,
    options?: Partial<ClientOptions>,
  ): Promise<Client<true>>;
  close(): Promise<void>;
}

export const NO_THROTTLE = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) };

export async function openStage(options: Partial<BoxOptions> = {}): Promise<Stage> {
  const unknown: string[] = [];
  const box = await createBox({ port: 0, onUnknown: (request) => unknown.push(request), ...options });
  const validation = validateExchanges(box);
  const clients: Client[] = [];

  async function send(method: string, path: string, body?: unknown) {
    const response = await fetch(box.url + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, body: (await response.json()) as { error?: string } };
  }
  async function must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.error}`);
    return answer.body as T; // the caller names the shape that docs/control-api.md gives this path
  }
  const client = (more: Partial<ClientOptions> = {}) => {
    const made = new Client({
      intents: [GatewayIntentBits.Guilds],
      allowedMentions: { parse: [] },
      ...more,
      rest: { api: box.api, ...more.rest },
      ws: { ...NO_THROTTLE, ...more.ws },
    });
    made.on(Events.Error, () => {}); // tests look at what people see, and some make errors on purpose
    clients.push(made);
    return made;
  };

  return {
    box,
    validation,
    unknown,
    state: () => must<State>('GET', '/box/state'),
    get: (path) => must('GET', path),
    post: (path, body) => must('POST', path, body),
    send,
    client,
    async bot(handle, more) {
      const made = client(more);
      if (handle) {
        made.on(Events.InteractionCreate, async (interaction) => {
          try {
            await handle(interaction);
          } catch (error) {
            made.emit(Events.Error, error as Error); // handlers throw errors
          }
        });
      }
      const ready = new Promise<Client<true>>((resolve) => made.once(Events.ClientReady, resolve));
      await made.login(box.token);
      return ready;
    },
    async close() {
      validation.stop();
      await Promise.all(clients.map((one) => one.destroy()));
      await box.close();
    },
  };
}

/** Waits until `probe` gives something truthy; asks often, and gives up after `ms`. */
export async function until<T>(
  what: string,
  probe: () => Promise<T> | T,
  ms = 20_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value as NonNullable<T>; // truthy
    if (Date.now() > end) throw new Error(`no ${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A value that a test may rely on. */
export function given<T>(value: T | null | undefined, what = 'value'): T {
  if (value === null || value === undefined) throw new Error(`the test expected a ${what}`);
  return value;
}
