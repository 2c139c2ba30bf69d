import { z } from 'zod';
import { DUEL_CHOICES } from '../db/duels.ts';
import { SCORES } from '../db/ratings.ts';

/**
 * What a button or modal carries in its `custom_id` (≤ 100 characters): a version, an action and its arguments, joined
 * by colons. Buttons outlive releases, so a format, once published, is read forever; a new format gets a new version.
 */
const VERSION = 'c1';

const score = z.coerce.number().pipe(z.literal(SCORES));
const jokeId = z.string().regex(/^[0-9a-zA-Z_-]{1,40}$/);
const versionId = z.coerce.number().int().positive();

/** An action about one joke. */
const aboutJoke = <A extends string>(action: A) =>
  z.tuple([jokeId]).transform(([joke]) => ({ action, joke }));
const plain = <A extends string>(action: A) => z.tuple([]).transform(() => ({ action }));

const ACTIONS = {
  rate: z.tuple([jokeId, score]).transform(([joke, score]) => ({ action: 'rate' as const, joke, score })),
  /** A vote in a duel, whose id is formed like a joke's. */
  duel: z
    .tuple([jokeId, z.literal(DUEL_CHOICES)])
    .transform(([duel, choice]) => ({ action: 'duel' as const, duel, choice })),
  'duel-close': z.tuple([jokeId]).transform(([duel]) => ({ action: 'duel-close' as const, duel })),
  again: aboutJoke('again'),
  more: aboutJoke('more'),
  think: aboutJoke('think'),
  /** Opens the report modal, and is that modal's own id. */
  report: aboutJoke('report'),
  delete: aboutJoke('delete'),
  hide: aboutJoke('hide'),
  clear: aboutJoke('clear'),
  /** Pins this guild to a model version. */
  pin: z.tuple([versionId]).transform(([version]) => ({ action: 'pin' as const, version })),
  unpin: plain('unpin'),
  export: plain('export'),
  forget: plain('forget'),
  'forget-for-ever': plain('forget-for-ever'),
};

export type ActionName = keyof typeof ACTIONS;
export type Action = { [A in ActionName]: z.output<(typeof ACTIONS)[A]> }[ActionName];
export type ActionOf<A extends ActionName> = Extract<Action, { action: A }>;

const isAction = (name: string): name is ActionName => Object.hasOwn(ACTIONS, name);

/** The action in a custom id; undefined if it is forged, malformed or of an unknown version. */
export function parseCustomId(customId: string): Action | undefined {
  const [version, action, ...args] = customId.split(':');
  if (version !== VERSION || !action || !isAction(action)) return undefined;
  const parsed = ACTIONS[action].safeParse(args);
  return parsed.success ? parsed.data : undefined;
}

/** The custom id of an action; `parseCustomId` reads it back. */
export const customId = (action: ActionName, ...args: (string | number)[]): string =>
  [VERSION, action, ...args].join(':');
