/**
 * Discord's limits, in one place. Lengths are in characters (code points), times in milliseconds.
 * https://discord.com/developers/docs (interactions, messages, components, rate limits)
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const LIMITS = {
  interaction: {
    ack: 3 * SECOND,
    token: 15 * MINUTE,
    /** For an application that a person installed but the guild did not. */
    guestFollowUps: 5,
  },
  thread: { name: 100, archiveAfter: [60, 1440, 4320, 10_080], tags: 5 },
  message: {
    content: 2000,
    embeds: 10,
    attachments: 10,
    rows: 5,
    /** Edits of a message older than an hour, per hour; Discord publishes the error (30046) but not the number. */
    oldEdits: { age: 60 * MINUTE, count: 30, window: 60 * MINUTE },
    fileBytes: 10 * 1024 * 1024,
    bulkDelete: { min: 2, max: 100, age: 14 * 24 * 60 * MINUTE },
  },
  embed: {
    title: 256,
    description: 4096,
    fields: 25,
    fieldName: 256,
    fieldValue: 1024,
    footer: 2048,
    author: 256,
    total: 6000,
    url: 2048,
  },
  component: {
    customId: 100,
    label: 80,
    url: 512,
    perRow: 5,
    placeholder: 150,
    options: 25,
    optionText: 100,
    total: 40,
    text: 4000,
    gallery: 10,
    section: 3,
    mediaDescription: 1024,
  },
  modal: { title: 45, label: 45, description: 100, text: 4000, placeholder: 100, components: 5, choices: 10 },
  command: {
    name: 32,
    description: 100,
    options: 25,
    choices: 25,
    choiceText: 100,
    optionString: 6000,
    total: 8000,
    perScope: { 1: 100, 2: 15, 3: 15 },
  },
  autocomplete: 25,
  gateway: {
    sends: { count: 120, window: MINUTE },
    replay: 1000,
    /** How long a session waits for its client. */ resume: 5 * MINUTE,
  },
} as const;

/** How many requests a rate-limit bucket lets through in its window. */
export interface Rate {
  count: number;
  window: number;
}

/**
 * Per-route rate limits. Discord does not document these numbers; they are what its headers say today. A bucket is
 * counted per major parameter (channel, guild or webhook token).
 */
export const RATES = {
  messageEdit: { count: 5, window: 5 * SECOND },
  messageCreate: { count: 5, window: 5 * SECOND },
  messageDelete: { count: 5, window: SECOND },
  followUp: { count: 5, window: 2 * SECOND },
  commands: { count: 5, window: 20 * SECOND },
  commandsBulk: { count: 5, window: 20 * SECOND },
  lookUp: { count: 50, window: SECOND },
  typing: { count: 5, window: 5 * SECOND },
} as const satisfies Record<string, Rate>;
export type BucketName = keyof typeof RATES;

/** All of a bot's requests together; interaction callbacks and webhook routes are exempt. */
export const GLOBAL_RATE: Rate = { count: 50, window: SECOND };
