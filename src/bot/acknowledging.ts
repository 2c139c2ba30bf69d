import {
  DiscordAPIError,
  HTTPError,
  MessageFlags,
  type REST,
  RESTJSONErrorCodes,
  type RepliableInteraction,
} from 'discord.js';

type Acknowledgement = 'deferReply' | 'deferUpdate' | 'reply' | 'update' | 'showModal';
/** What discord.js notes about an interaction after each of them. */
const STATE: Record<Acknowledgement, 'deferred' | 'replied' | undefined> = {
  deferReply: 'deferred',
  deferUpdate: 'deferred',
  reply: 'replied',
  update: 'replied',
  showModal: undefined,
};

const CALLBACK = /\/interactions\/(\d+)\//;

/**
 * Ids of interactions with an acknowledgement whose outcome was not heard: the connection broke, or Discord failed.
 * discord.js sends some of them again by itself, so each attempt is watched where it is sent.
 */
export function noteUnheard(rest: REST): Set<string> {
  const unheard = new Set<string>();
  const send = rest.options.makeRequest;
  rest.options.makeRequest = async (url, init) => {
    const id = CALLBACK.exec(url)?.[1];
    if (!id) return send(url, init);
    const response = await send(url, init).catch((error) => {
      unheard.add(id);
      throw error;
    });
    if (response.status >= 500) unheard.add(id);
    return response;
  };
  return unheard;
}

/**
 * Makes an interaction survive a lost answer to its acknowledgement. Nobody knows then whether it took effect, so it is
 * sent once more, and "already acknowledged" (40060) means that it did. Without a lost answer it means that another
 * process has acknowledged it, and stays an error.
 */
export function surviveLostAnswers(interaction: RepliableInteraction, unheard: Set<string>): void {
  const methods = interaction as unknown as Partial<
    Record<Acknowledgement, (...options: unknown[]) => Promise<unknown>>
  > & { deferred: boolean; replied: boolean; ephemeral: boolean | null };
  for (const [name, state] of Object.entries(STATE) as [
    Acknowledgement,
    'deferred' | 'replied' | undefined,
  ][]) {
    const original = methods[name]?.bind(interaction);
    if (!original) continue;
    methods[name] = async (...options) => {
      try {
        return await original(...options).catch((error) => {
          if (!isLost(error)) throw error;
          return original(...options);
        });
      } catch (error) {
        if (!isAlreadyAcknowledged(error) || !unheard.has(interaction.id)) throw error;
        if (state) methods[state] = true;
        if (isPrivate(options[0])) methods.ephemeral = true;
        return undefined;
      } finally {
        unheard.delete(interaction.id);
      }
    };
  }
}

const isPrivate = (options: unknown): boolean =>
  typeof options === 'object' &&
  options !== null &&
  'flags' in options &&
  options.flags === MessageFlags.Ephemeral;

/** The connection broke: Discord's own answers are `DiscordAPIError` or `HTTPError`. */
const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof DiscordAPIError || error instanceof HTTPError) &&
  'code' in error &&
  /^(UND_ERR|ECONN|EPIPE|ETIMEDOUT)/.test(String(error.code));

const isAlreadyAcknowledged = (error: unknown): boolean =>
  error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
