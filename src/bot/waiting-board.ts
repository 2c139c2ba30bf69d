import type { REST } from 'discord.js';
import type { Store } from '../db/connect.ts';
import type { Person } from '../db/request-shape.ts';
import { holdReplies, queuedRequests, recentDuration } from '../db/waiting.ts';
import { messagesFor } from '../discord/messages/index.ts';
import { noteInReply } from '../discord/note-in-reply.ts';
import type { Logger } from '../lib/log.ts';
import { FIRST_GUESS_MS, type Wait } from './open-requests.ts';

/** Keeps waiting people's replies about their turn up to date. */
export interface WaitingBoard {
  /** `told`: the wait that the acknowledgement stated. */
  add(requestId: string, asker: Waiting, told: Wait | undefined): void;
  close(): Promise<void>;
}

/** The reply and its language. */
export interface Waiting {
  interaction: Person['interaction'];
  locale: string;
}

const INTERVAL_MS = 2500;
/** Four edits a second of the fifty that Discord allows: the rest is for the jokes. */
const EDITS_A_LOOK = 10;

interface Place extends Waiting {
  told: Wait | undefined;
  /** When that was, in milliseconds since the epoch, or 0. */
  toldAt: number;
}

/** Whether what somebody was told still holds: the same place, and a turn still to come. */
const holds = (told: Wait | undefined, position: number, now: number): boolean =>
  told?.position === position && told.readyAt * 1000 > now;

export interface WaitingBoardOptions {
  store: Pick<Store, 'db' | 'clock'>;
  rest: REST;
  /** How many jokes are generated at once. */
  slots: () => number;
  log: Logger;
}

/**
 * Each look at the queue updates the places, stalest replies first; the estimate counts down by itself (a Discord
 * timestamp). A reply is held while it is edited. The next person in line is left alone, because the joke is about to
 * come.
 */
export function createWaitingBoard({ store, rest, slots, log }: WaitingBoardOptions): WaitingBoard {
  const { db, clock } = store;
  const places = new Map<string, Place>();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const queued = new Map((await queuedRequests(db)).map((id, index) => [id, index + 1]));
    for (const id of places.keys()) if (!queued.has(id)) places.delete(id);
    if (places.size === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    const due = [...places]
      .map(([id, place]) => ({ id, place, position: queued.get(id) ?? 0 }))
      .filter(({ place, position }) => position > slots() && !holds(place.told, position, clock.now()))
      .sort((a, b) => a.place.toldAt - b.place.toldAt)
      .slice(0, EDITS_A_LOOK);
    if (due.length === 0) return;
    const duration = (await recentDuration(db)) ?? FIRST_GUESS_MS;
    const held = new Set(
      await holdReplies(
        db,
        due.map(({ id }) => id),
      ),
    );
    await Promise.all(
      due
        .filter(({ id }) => held.has(id))
        .map(({ id, place, position }) => {
          const readyAt = Math.ceil((clock.now() + (position / slots()) * duration) / 1000);
          return tell(id, place, { position, readyAt });
        }),
    );
  }

  async function tell(id: string, place: Place, wait: Wait): Promise<void> {
    const { interaction, locale } = place;
    Object.assign(place, { told: wait, toldAt: clock.now() });
    const sentence = messagesFor(locale).waiting(wait.position, wait.readyAt);
    await noteInReply({ db, rest, log }, { id, interaction }, sentence);
  }

  return {
    add(requestId, asker, told) {
      places.set(requestId, { ...asker, told, toldAt: told ? clock.now() : 0 });
      timer ??= setInterval(() => {
        looking ??= look()
          .catch((err) => log.warn({ err }, 'could not read the queue'))
          .finally(() => {
            looking = undefined;
          });
      }, INTERVAL_MS);
    },
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
