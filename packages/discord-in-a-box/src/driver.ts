import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from './box.ts';
import { FLAG } from './state/messages.ts';

/** A message as returned by `GET /box/messages`; Discord's other fields are there too. */
export interface SeenMessage {
  id: string;
  channel_id: string;
  content: string;
  flags: number;
  author: { id: string; bot?: boolean };
  embeds: {
    title?: string;
    description?: string;
    footer?: { text: string };
    image?: { url: string };
    fields?: { name: string; value: string }[];
  }[];
  components: { components: { custom_id?: string; label?: string }[] }[];
  edits: number;
  interaction: string | null;
  [field: string]: unknown;
}

/** The person who acts: a user name such as `ana`, or an id. */
export type Who = string;

/** Something a person did that the bot should answer. */
export interface Asked {
  /** The interaction's id, for `GET /box/interactions/ID`. */
  interaction: string;
  /**
   * The message that answers it, as the person sees it, once it is there and satisfies `wanted` (default: no longer "is
   * thinking…").
   * @param patience in ms
   * @throws Error if the bot does not answer in time
   */
  answer(wanted?: (message: SeenMessage) => boolean, patience?: number): Promise<SeenMessage>;
}

export interface DriverOptions {
  /** The guild to act in, by name or id. Default: the first one; null: direct messages with the bot. */
  guild?: string | null;
  /** The channel or thread to act in, by name or id. Default: the guild's first channel. */
  channel?: string;
  /** How long to wait for the bot, in ms. Default: 30 seconds. */
  patience?: number;
}

/** Acts as people in tests of any bot in the box. Everything goes through the control API. */
export interface Driver {
  /** Waits until the bot is online and has registered the command, uses it, and waits for the answer. */
  command(who: Who, name: string, options?: Options, more?: object): Promise<SeenMessage>;
  /** Presses a button, or picks from a select, and waits for the message that answers. */
  component(who: Who, message: SeenMessage, customId: string, values?: string[]): Promise<SeenMessage>;
  /** Uses a command without waiting. `more`: other fields of `POST /box/commands`, such as `subcommand` or `target`. */
  ask(who: Who, name: string, options?: Options, more?: object): Promise<Asked>;
  /** Presses a button without waiting. `more`: other fields of `POST /box/components`, such as `values`. */
  press(who: Who, message: Pick<SeenMessage, 'id'>, customId: string, more?: object): Promise<Asked>;
  /** Submits the modal that answered an interaction, once it is there. */
  submit(who: Who, interaction: string, fields: Record<string, unknown>): Promise<Asked>;
  /** Writes in the channel. `more`: other fields of `POST /box/messages`, such as `attachments`. */
  write(who: Who, content: string, more?: object): Promise<SeenMessage>;
  /** The channel's messages as that person sees them, oldest first. */
  messages(who: Who): Promise<SeenMessage[]>;
  /** The first message that satisfies `wanted`, once there is one. */
  find(who: Who, wanted: (message: SeenMessage) => boolean, patience?: number): Promise<SeenMessage>;
  /** The first thing that `look` finds: calls it repeatedly while it returns undefined or throws. */
  eventually<T>(look: () => Promise<T | undefined>, patience?: number): Promise<T>;
  /** Calls the control API: GET without a body, POST with one. @throws Error with the box's message */
  call<T>(path: string, body?: unknown): Promise<T>;
}
type Options = Record<string, unknown>;

interface State {
  bot: { online: boolean };
  guilds: { id: string; name: string; channels: Named[]; members: { id: string; username: string }[] }[];
  dms: { id: string; user: string; name: string }[];
  commands: { name: string }[];
}
type Named = { id: string; name: string; threads?: Named[] };

const INTERVAL = 20;

/** Drives the box in one channel; other drivers may act in other channels. */
export function createDriver(box: Pick<Box, 'url'>, options: DriverOptions = {}): Driver {
  const { patience: usual = 30_000 } = options;

  async function call<T>(path: string, body?: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const post = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(box.url + path, post);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${response.status}: ${(answer as { error: string }).error}`); // an error's shape
    return answer as T; // docs/control-api.md documents the shape for each path
  }

  async function eventually<T>(look: () => Promise<T | undefined>, patience = usual): Promise<T> {
    for (const end = Date.now() + patience; ; await sleep(INTERVAL)) {
      const { found, error } = await look().then(
        (found) => ({ found, error: undefined }),
        (error: unknown) => ({ found: undefined, error }),
      );
      if (found !== undefined) return found;
      if (error instanceof Failed || Date.now() > end) {
        throw error ?? new Error(`What was awaited did not come within ${patience} ms.`);
      }
    }
  }

  async function place(who: Who) {
    const { guilds, dms } = await call<State>('/box/state');
    const person = guilds
      .flatMap(({ members }) => members)
      .find(({ id, username }) => id === who || username === who);
    const user = person?.id ?? dms.find((one) => one.user === who)?.user;
    if (!user) throw new Error(`There is no ${who} in the box.`);
    const { guild: wanted, channel: name } = options;
    const places = [
      ...guilds
        .filter((guild) => wanted === undefined || wanted === guild.id || wanted === guild.name)
        .flatMap(({ id, channels }) =>
          channels.flatMap((one) => [one, ...(one.threads ?? [])]).map((one) => ({ ...one, guild: id })),
        ),
      ...dms.filter((one) => one.user === user).map((one) => ({ ...one, guild: null })),
    ];
    const found = places.find((one) => name === undefined || one.id === name || one.name === name);
    if (!found) throw new Error(`The box has no such guild or channel: ${JSON.stringify(options)}.`);
    return { guild: found.guild, channel: found.id, user };
  }

  const messagesIn = (channel: string, user: string) =>
    call<SeenMessage[]>(`/box/messages?channel=${channel}&user=${user}`);

  const asked = (user: string, interaction: string): Asked => ({
    interaction,
    answer: (wanted = () => true, patience = usual) =>
      eventually(async () => {
        const view = await call<Interaction>(`/box/interactions/${interaction}`);
        if (view.state === 'failed') throw new Failed(`The bot did not answer in time (${view.reason}).`);
        const seen = await messagesIn(view.channel, user);
        const fits = (message: SeenMessage) => !(message.flags & FLAG.loading) && wanted(message);
        const own = seen.find((message) => message.interaction === interaction && fits(message));
        const updated = view.state === 'answered' && seen.find(({ id }) => id === view.message);
        if (own || (updated && fits(updated))) return own || updated || undefined;
        throw new Error(`The bot's answer is not there; the last message: ${JSON.stringify(seen.at(-1))}`);
      }, patience),
  });

  async function ask(who: Who, name: string, given: Options = {}, more: object = {}): Promise<Asked> {
    const where = await place(who);
    const body = { ...where, name, options: given, ...more };
    return asked(where.user, (await call<Caused>('/box/commands', body)).interaction);
  }

  async function press(who: Who, message: Pick<SeenMessage, 'id'>, customId: string, more: object = {}) {
    const { user } = await place(who);
    const body = { user, message: message.id, customId, ...more };
    return asked(user, (await call<Caused>('/box/components', body)).interaction);
  }

  async function messages(who: Who) {
    const { channel, user } = await place(who);
    return messagesIn(channel, user);
  }

  return {
    call,
    eventually,
    ask,
    press,
    messages,
    async command(who, name, given, more) {
      await eventually(async () => {
        const { bot, commands } = await call<State>('/box/state');
        if (bot.online && commands.some((command) => command.name === name)) return true;
        throw new Error(`The bot did not come online and register ${name} within ${usual} ms.`);
      });
      return (await ask(who, name, given, more)).answer();
    },
    component: async (who, message, customId, values) =>
      (await press(who, message, customId, values ? { values } : {})).answer(),
    async submit(who, interaction, fields) {
      const { user } = await place(who);
      await eventually(async () => {
        const { modal } = await call<Interaction>(`/box/interactions/${interaction}`);
        if (!modal) throw new Error('No modal was shown.');
        return modal;
      });
      return asked(user, (await call<Caused>('/box/modals', { user, interaction, fields })).interaction);
    },
    async write(who, content, more = {}) {
      const { channel, user } = await place(who);
      return call('/box/messages', { channel, user, content, ...more });
    },
    find: (who, wanted, patience) =>
      eventually(async () => {
        const seen = await messages(who);
        const found = seen.find(wanted);
        if (found) return found;
        throw new Error(`The awaited message did not appear; the last one: ${JSON.stringify(seen.at(-1))}`);
      }, patience),
  };
}

type Caused = { interaction: string };
type Interaction = { state: string; channel: string; reason?: string; message?: string; modal?: unknown };

/** A failure that waiting longer would not change. */
class Failed extends Error {}
