import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from './index.ts';

/** A message as `GET /box/messages` shows it; Discord's other fields are there too. */
export interface SeenMessage {
  id: string;
  content: string;
  embeds: { title?: string; description?: string }[];
  components: unknown[];
  edits: number;
  interaction: string | null;
  [field: string]: unknown;
}

interface State {
  bot: { online: boolean };
  guilds: {
    id: string;
    channels: { id: string; name: string }[];
    members: { id: string; username: string }[];
  }[];
  commands: { name: string }[];
}

/** Hands for tests of any bot in the box; docs/box.md has an example. Everything goes through the control API. */
export interface Driver {
  /**
   * Waits until the bot is online and has registered the command, uses it as `person` (by user name, such as `ana`) and waits
   * for the answer: a message, complete once the bot has edited its deferred reply.
   * @throws Error when the box refuses it, or the bot does not answer
   */
  command(person: string, name: string, options?: Record<string, unknown>): Promise<SeenMessage>;
  /** Presses a button, or chooses in a select, and waits for what comes of it: the message that answers. */
  component(person: string, message: SeenMessage, customId: string, values?: string[]): Promise<SeenMessage>;
  /** The channel's messages as `person` sees them, oldest first. */
  messages(person: string): Promise<SeenMessage[]>;
}

/**
 * Drives the box in the first channel of its first guild.
 * @param patience how long to wait for the bot, in ms
 */
export function createDriver(box: Pick<Box, 'url'>, patience = 30_000): Driver {
  async function ask<T>(path: string, body?: unknown): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const post = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(box.url + path, post);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error((answer as { error: string }).error); // the shape of every refusal
    return answer as T; // docs/box.md names the shape of each path
  }

  async function until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
    const end = Date.now() + patience;
    for (;;) {
      const value = await probe();
      if (value !== undefined) return value;
      if (Date.now() > end) throw new Error(`${what} within ${patience} ms`);
      await sleep(20);
    }
  }

  async function place(person: string) {
    const [guild] = (await ask<State>('/box/state')).guilds;
    const member = guild?.members.find(({ username }) => username === person);
    const channel = guild?.channels[0];
    if (!guild || !channel || !member) throw new Error(`There is no ${person} in the first guild.`);
    return { guild: guild.id, channel: channel.id, user: member.id };
  }

  async function answerTo(user: string, interaction: string): Promise<SeenMessage> {
    const message = await until('The bot did not answer', async () => {
      const view = await ask<{ state: string; message?: string }>(`/box/interactions/${interaction}`);
      if (view.state === 'failed') throw new Error('The bot did not answer in time.');
      return view.state === 'answered' ? view.message : undefined;
    });
    return ask(`/box/messages/${message}?user=${user}`);
  }

  return {
    async command(person, name, options = {}) {
      const where = await place(person);
      await until(`The bot did not come online and register ${name}`, async () => {
        const { bot, commands } = await ask<State>('/box/state');
        return (bot.online && commands.find((command) => command.name === name)) || undefined;
      });
      const { interaction } = await ask<{ interaction: string }>('/box/commands', {
        ...where,
        name,
        options,
      });
      return answerTo(where.user, interaction);
    },
    async component(person, message, customId, values) {
      const { user } = await place(person);
      const body = { user, message: message.id, customId, values };
      const { interaction } = await ask<{ interaction: string }>('/box/components', body);
      return answerTo(user, interaction);
    },
    async messages(person) {
      const { channel, user } = await place(person);
      return ask(`/box/messages?channel=${channel}&user=${user}`);
    },
  };
}
