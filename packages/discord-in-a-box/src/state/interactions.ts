import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { LIMITS } from '../limits.ts';
import { FLAG } from './messages.ts';
import type { Interaction, InteractionState, Message, Publish } from './model.ts';

export type InteractionDraft = Pick<
  Interaction,
  | 'type'
  | 'user'
  | 'channel'
  | 'guild'
  | 'locale'
  | 'data'
  | 'name'
  | 'customId'
  | 'source'
  | 'parent'
  | 'owners'
>;

/**
 * Interactions and their states: pending → acknowledged → answered, or failed if there is no acknowledgement within 3
 * s, or if a deferred answer is still missing after 15 minutes.
 */
export interface Interactions {
  create(draft: InteractionDraft): Interaction;
  get(id: string): Interaction | undefined;
  byToken(token: string): Interaction | undefined;
  /** The bot acknowledged with Discord's callback type `callback`. */
  acknowledge(interaction: Interaction, callback: number, answered: boolean): void;
  /** The deferred answer arrived. */
  answer(interaction: Interaction): void;
  submitted(interaction: Interaction): void;
  expire(interaction: Interaction): void;
  /** Makes the tokens of the next `count` interactions expire as soon as they are acknowledged. */
  expireNext(count: number): void;
  open(): Interaction[];
}

export function createInteractions({
  clock,
  nextId,
  publish,
}: {
  clock: Clock;
  nextId: () => string;
  publish: Publish;
}): Interactions {
  const byId = new Map<string, Interaction>();
  const byToken = new Map<string, Interaction>();
  let doomed = 0;

  function become(interaction: Interaction, state: InteractionState): void {
    interaction.state = state;
    publish({ kind: 'interaction-changed', interaction });
  }

  function expire(interaction: Interaction): void {
    interaction.expired = true;
    const isThinking = interaction.original !== null && (interaction.original.flags & FLAG.loading) !== 0;
    if (interaction.state === 'acknowledged' && isThinking) {
      interaction.reason = 'unanswered';
      become(interaction, 'failed');
    }
  }

  return {
    create(draft) {
      const interaction: Interaction = {
        ...draft,
        id: nextId(),
        token: randomBytes(64).toString('base64url'),
        createdAt: clock.now(),
        state: 'pending',
        reason: null,
        ackMs: null,
        callback: null,
        expired: false,
        original: null,
        followUps: new Set(),
        modal: null,
        choices: null,
      };
      byId.set(interaction.id, interaction);
      byToken.set(interaction.token, interaction);
      clock.at(interaction.createdAt + LIMITS.interaction.ack, () => {
        if (interaction.state !== 'pending') return;
        interaction.reason = 'timeout';
        interaction.expired = true;
        become(interaction, 'failed');
      });
      clock.at(interaction.createdAt + LIMITS.interaction.token, () => expire(interaction));
      publish({ kind: 'interaction-created', interaction });
      return interaction;
    },
    get: (id) => byId.get(id),
    byToken: (token) => byToken.get(token),
    acknowledge(interaction, callback, answered) {
      interaction.callback = callback;
      interaction.ackMs = clock.now() - interaction.createdAt;
      become(interaction, answered ? 'answered' : 'acknowledged');
      if (doomed > 0) {
        doomed--;
        expire(interaction);
      }
    },
    answer(interaction) {
      if (interaction.state === 'acknowledged') become(interaction, 'answered');
    },
    submitted(interaction) {
      interaction.modal = null;
      publish({ kind: 'interaction-changed', interaction });
    },
    expire,
    expireNext(count) {
      doomed += count;
    },
    open: () => [...byId.values()].filter(({ expired }) => !expired),
  };
}

/** The messages accessible with an interaction's token: its answer, its follow-ups and its source. */
export const reaches = (interaction: Interaction, message: Message): boolean =>
  message === interaction.original || interaction.followUps.has(message.id);
