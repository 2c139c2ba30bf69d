import {
  DiscordAPIError,
  HTTPError,
  MessageFlags,
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

/**
 * Makes an interaction survive a lost answer to its acknowledgement. Nobody knows then whether it took effect, so it is
 * sent once more, and "already acknowledged" (40060) means that it did.
 */
export function surviveLostAnswers(interaction: RepliableInteraction): void {
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
        if (!isAlreadyAcknowledged(error)) throw error;
        if (state) methods[state] = true;
        if (isPrivate(options[0])) methods.ephemeral = true;
        return undefined;
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
