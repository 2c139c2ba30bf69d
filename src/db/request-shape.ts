import { ChispaError } from '../lib/errors.ts';
import type { DecoderSettings } from '../lib/settings.ts';
import type { requests } from './schema.ts';

/**
 * What is asked for, and who wrote its text: `user` means a person typed it, anything else is ours (`list`: picked
 * from our own themes; `jokeId`: the text of a joke in our table, read from there). Only our own text may ever reach
 * training.
 */
export type Ask =
  | { kind: 'joke'; theme?: Theme; newOnly?: boolean }
  | { kind: 'continue'; from: { text: string } | { jokeId: string } }
  /** A new joke beside a good one, for people to choose. */
  | { kind: 'duel' }
  /** The same joke twice, with the settings in `before` and with those of the request. Nothing is stored. */
  | { kind: 'preview'; before: DecoderSettings }
  /** What the model considered at each step of a joke. Generates nothing new. */
  | { kind: 'steps'; jokeId: string };

/** Longest theme, in characters. */
export const THEME_LENGTH = 60;

/** What a joke should be about; `list`: picked from our own themes, `user`: typed by a person. */
export interface Theme {
  text: string;
  origin: 'list' | 'user';
}

/** The person who asked, and the interaction whose token can edit the reply for 15 minutes. */
export interface Person {
  kind: 'person';
  userId: string;
  /** Null in direct messages, and where the guild has not added Chispa. */
  guildId: string | null;
  interaction: { id: string; applicationId: string; token: string };
}

/** The joke or the duel of the day: nobody asked for it, and it is posted in a channel of its guild. */
export interface Day {
  kind: 'day';
  guildId: string;
}

/** Fields that every kind of request has. */
interface Terms {
  /** Null where the bot is no member: no such channel is stored. */
  channelId: string | null;
  locale: string;
  /** The guild's decoder settings at the time of the ask. */
  settings: DecoderSettings;
  /** Whether the generated text must pass safe mode's filter. */
  safeMode: boolean;
  /** Unsigned 32-bit. */
  seed: number;
  /** Whether the seed was typed, so that it alone decides the text; default false. */
  exactSeed?: boolean;
  /**
   * When the interaction's token expires, on the database's clock. After that the request is closed without generating
   * anything.
   */
  deadline: Date;
}

/** A request that is not in the database yet. */
export type NewRequest = Terms & ({ ask: Ask; by: Person } | { ask: { kind: 'joke' | 'duel' }; by: Day });

/** An open request, as the generator sees it. */
export type ChispaRequest = Terms & {
  id: string;
  priority: number;
} /** `newOnly`: no house joke may stand in for one that the model cannot write. */ & (
    | { kind: 'joke'; theme: string | undefined; newOnly: boolean; by: Person | Day }
    | { kind: 'continue'; text: string; by: Person }
    | { kind: 'duel'; by: Person | Day }
    | { kind: 'preview'; before: DecoderSettings; by: Person }
    | { kind: 'steps'; jokeId: string; by: Person }
    /** The joke it refers to was deleted because its author asked to be forgotten. */
    | { kind: 'gone'; by: Person }
  );

export type RequestOf<Kind extends ChispaRequest['kind']> = Extract<ChispaRequest, { kind: Kind }>;

/** A request whose answer is one of our jokes. */
export type JokeRequest = RequestOf<'joke' | 'continue'>;

export type RequestRow = typeof requests.$inferSelect;

/**
 * Parses the row of an open request. Only this function knows which columns each kind uses.
 * @throws ChispaError `request-damaged` when one of them is empty.
 */
export function readRequest(row: RequestRow): ChispaRequest {
  const { id, kind, priority, channelId, locale, settings, safeMode, seed, exactSeed, deadline } = row;
  const given = <T>(value: T | null, column: string): T => {
    if (value !== null) return value;
    throw new ChispaError('request-damaged', `Request ${id} of kind ${kind} has no ${column}.`);
  };
  const person = (): Person => ({
    kind: 'person',
    userId: given(row.userId, 'person'),
    guildId: row.guildId,
    interaction: {
      id: given(row.interactionId, 'interaction'),
      applicationId: given(row.applicationId, 'application'),
      token: given(row.interactionToken, 'token'),
    },
  });
  const terms = { id, priority, channelId, locale, settings, safeMode, seed, exactSeed, deadline };
  const personOrDay = (): Person | Day =>
    row.userId === null && row.interactionId === null
      ? { kind: 'day', guildId: given(row.guildId, 'guild') }
      : person();
  switch (kind) {
    case 'joke':
      return { ...terms, kind, theme: row.theme ?? undefined, newOnly: row.newOnly, by: personOrDay() };
    case 'duel':
      return { ...terms, kind, by: personOrDay() };
    case 'continue':
      if (row.text === null) return { ...terms, kind: 'gone', by: person() };
      return { ...terms, kind, text: row.text, by: person() };
    case 'preview':
      return { ...terms, kind, before: given(row.settingsBefore, 'settings before'), by: person() };
    case 'steps':
      if (row.parentJokeId === null) return { ...terms, kind: 'gone', by: person() };
      return { ...terms, kind, jokeId: row.parentJokeId, by: person() };
  }
}
