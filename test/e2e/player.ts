import { createDriver, type SeenMessage } from 'discord-in-a-box';

export type { Asked, SeenMessage } from 'discord-in-a-box';

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

const EPHEMERAL = 64;
export const isEphemeral = (message: SeenMessage): boolean => (message.flags & EPHEMERAL) !== 0;
export const voteButtons = (message: SeenMessage): string[] =>
  (message.components[0]?.components ?? []).flatMap(({ custom_id }) => (custom_id ? [custom_id] : []));
export const isFinished = (message: SeenMessage): boolean => voteButtons(message).length >= 5;
/** The custom id of the button with this label. */
export const button = (message: SeenMessage, label: string): string =>
  message.components.flatMap((row) => row.components).find((one) => one.label === label)?.custom_id ?? '';
export const jokeOf = (message: SeenMessage): string => message.embeds[0]?.description ?? '';

/** Acts as members of a guild (by default the first) in its first channel. */
export async function createPlayer(url: string, guildIndex = 0) {
  const world = await createDriver({ url }).call<World>('/box/state');
  const guild = world.guilds[guildIndex];
  const channel = guild?.channels[0];
  const moderator = guild?.members.find((member) => member.moderator);
  const [ana, luis] = guild?.members.filter((member) => !member.moderator) ?? [];
  if (!guild || !channel || !moderator || !ana || !luis) throw new Error('the box has no world to play in');
  // generous, for slow machines: answers usually come within a second
  const here = { guild: guild.id, channel: channel.id, patience: 60_000 };
  const driver = createDriver({ url }, here);

  return {
    guild: guild.id,
    channel: channel.id,
    moderator,
    ana,
    luis,
    call: driver.call,
    messages: driver.messages,
    world: () => driver.call<World>('/box/state'),
    /** Types a command. */
    ask: (user: Member, name: string, options: Record<string, unknown> = {}, extra: object = {}) =>
      driver.ask(user.id, name, options, extra),
    /** Presses a button. */
    press: (user: Member, message: SeenMessage, customId: string, extra: object = {}) =>
      driver.press(user.id, message, customId, extra),
    eventually: driver.eventually,
    /** Submits the modal that answered an interaction, once it is there. */
    modal: (user: Member, interaction: string, fields: Record<string, unknown>) =>
      driver.submit(user.id, interaction, fields),
    /** A message in another channel that satisfies `wanted`, as `user` sees it. */
    inChannel: (id: string, user: Member, wanted: (message: SeenMessage) => boolean) =>
      createDriver({ url }, { ...here, channel: id }).find(user.id, wanted),
    /** The message once it satisfies `wanted`. */
    until: (user: Member, id: string, wanted: (message: SeenMessage) => boolean) =>
      driver.find(user.id, (message) => message.id === id && wanted(message)),
  };
}
export type Player = Awaited<ReturnType<typeof createPlayer>>;
