import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import type { ActionName, ActionOf } from '../../discord/custom-id.ts';
import type { Services } from '../command.ts';

/** Handles one action of a button. */
export type ButtonHandler<A extends ActionName> = (
  interaction: ButtonInteraction,
  action: ActionOf<A>,
  services: Services,
) => Promise<void>;

/** Handles a submitted modal, which carries the action of the button that opened it. */
export type ModalHandler<A extends ActionName> = (
  interaction: ModalSubmitInteraction,
  action: ActionOf<A>,
  services: Services,
) => Promise<void>;
