import { setTimeout as delay } from 'node:timers/promises';

/** A message as the box shows it to one person. */
export interface SeenMessage {
  id: string;
  content: string;
  flags: number;
  edits: number;
  interaction: string | null;
  author: { id: string; bot?: boolean };
  embeds: {
    title?: string;
    description?: string;
    footer?: { text: string };
    image?: { url: string };
    fields?: { name: string; value: string }[];
  }[];
  components: { components: { custom_id?: string; label?: string }[] }[];
}

interface Member {
  id: string;
  name: string;
  moderator: boolean;
}
export interface World {
  bot: { id: string; name: string; online: boolean; activity: string | null };
  guilds: { id: string; name: string; channels: { id: string; name: string }[]; members: Member[] }[];
  commands: { name: string; options?: { name: string; type: number }[] }[];
}

export interface Asked {
  interaction: string;
  /** The answer once it satisfies `wanted`, as whoever asked sees it. */
  answer(wanted?: (message: SeenMessage) => boolean, timeoutMs?: number): Promise<SeenMessage>;
}

const TIMEOUT_MS = 60_000; // for slow machines: what is awaited usually comes within a second
const INTERVAL_MS = 25;
const LOADING = 128;
const EPHEMERAL = 64;
export const isEphemeral = (message: SeenMessage): boolean => (message.flags & EPHEMERAL) !== 0;
export const voteButtons = (message: SeenMessage): string[] =>
  (message.components[0]?.components ?? []).flatMap(({ custom_id }) => (custom_id ? [custom_id] : []));
export const isFinished = (message: SeenMessage): boolean => voteButtons(message).length >= 5;
export const jokeOf = (message: SeenMessage): string => message.embeds[0]?.description ?? '';

/** Looks again and again until `look` resolves; its last error when it never does. */
async function eventually<T>(look: () => Promise<T>, timeoutMs = TIMEOUT_MS): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; await delay(INTERVAL_MS)) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Plays members of a guild, the first one unless told, in its first channel, through the box's control API. */
export async function createPlayer(url: string, guildIndex = 0) {
  const call = async <T>(path: string, body?: unknown): Promise<T> => {
    const response = await fetch(
      url + path,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    );
    const json = await response.json();
    if (!response.ok) throw new Error(`${response.status}: ${JSON.stringify(json)}`);
    return json as T; // the shapes of docs/box.md
  };

  const world = await call<World>('/box/state');
  const guild = world.guilds[guildIndex];
  const channel = guild?.channels[0];
  const moderator = guild?.members.find((member) => member.moderator);
  const [ana, luis] = guild?.members.filter((member) => !member.moderator) ?? [];
  if (!guild || !channel || !moderator || !ana || !luis) throw new Error('the box has no world to play in');

  const messages = (user: string): Promise<SeenMessage[]> =>
    call(`/box/messages?channel=${channel.id}&user=${user}`);

  const find = (user: string, wanted: (message: SeenMessage) => boolean, timeoutMs?: number) =>
    eventually(async () => {
      const seen = await messages(user);
      const found = seen.find(wanted);
      if (found) return found;
      throw new Error(`the awaited message did not appear; the last one: ${JSON.stringify(seen.at(-1))}`);
    }, timeoutMs);

  const answerTo = (user: string, interaction: string): Asked => ({
    interaction,
    answer: (wanted = () => true, timeoutMs) =>
      find(user, (m) => m.interaction === interaction && !(m.flags & LOADING) && wanted(m), timeoutMs),
  });

  return {
    guild: guild.id,
    channel: channel.id,
    moderator,
    ana,
    luis,
    call,
    messages,
    world: () => call<World>('/box/state'),
    /** Types a command. */
    async ask(
      user: Member,
      name: string,
      options: Record<string, unknown> = {},
      extra: Record<string, unknown> = {},
    ): Promise<Asked> {
      const { interaction } = await call<{ interaction: string }>('/box/commands', {
        guild: guild.id,
        channel: channel.id,
        user: user.id,
        name,
        options,
        ...extra,
      });
      return answerTo(user.id, interaction);
    },
    /** Presses a button. */
    async press(user: Member, message: SeenMessage, customId: string, extra: Record<string, unknown> = {}) {
      const { interaction } = await call<{ interaction: string }>('/box/components', {
        user: user.id,
        message: message.id,
        customId,
        ...extra,
      });
      return answerTo(user.id, interaction);
    },
    /** The first thing that `look` finds. */
    eventually: <T>(look: () => Promise<T | undefined>): Promise<T> =>
      eventually(async () => {
        const found = await look();
        if (found === undefined) throw new Error('what was awaited did not come');
        return found;
      }),
    /** Submits the modal that an interaction was answered with, once it is there. */
    async modal(user: Member, interaction: string, fields: Record<string, unknown>): Promise<void> {
      await eventually(async () => {
        const { modal } = await call<{ modal?: unknown }>(`/box/interactions/${interaction}`);
        if (!modal) throw new Error('no modal was shown');
      });
      await call('/box/modals', { user: user.id, interaction, fields });
    },
    /** A message of another channel that satisfies `wanted`, as `user` sees it. */
    inChannel: (id: string, user: Member, wanted: (message: SeenMessage) => boolean): Promise<SeenMessage> =>
      eventually(async () => {
        const there = await call<SeenMessage[]>(`/box/messages?channel=${id}&user=${user.id}`);
        const found = there.find(wanted);
        if (!found) throw new Error('the awaited message did not appear in that channel');
        return found;
      }),
    /** The message once it satisfies `wanted`. */
    until: (user: Member, id: string, wanted: (message: SeenMessage) => boolean) =>
      find(user.id, (message) => message.id === id && wanted(message)),
  };
}
export type Player = Awaited<ReturnType<typeof createPlayer>>;
