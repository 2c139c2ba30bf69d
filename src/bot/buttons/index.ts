import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import type { ActionName, ActionOf } from '../../discord/custom-id.ts';
import type { Services } from '../command.ts';
import { again, more, think } from './ask-again.ts';
import { pin, unpin } from './pin.ts';
import { exportData, forget, forgetForEver } from './privacy.ts';
import { rateJoke } from './rate.ts';
import { remove } from './remove.ts';
import { clear, hide, openReport, submitReport } from './report.ts';

/** Handles one action of a button. */
export type ButtonHandler<A extends ActionName> = (
  interaction: ButtonInteraction,
  action: ActionOf<A>,
  services: Services,
) => Promise<void>;

/** One handler for each action a button can carry. */
export const BUTTONS: { [A in ActionName]: ButtonHandler<A> } = {
  rate: rateJoke,
  again,
  more,
  think,
  report: openReport,
  delete: remove,
  hide,
  clear,
  pin,
  unpin,
  export: exportData,
  forget,
  'forget-for-ever': forgetForEver,
};

/** Handles a submitted modal, which carries the action of the button that opened it. */
export type ModalHandler<A extends ActionName> = (
  interaction: ModalSubmitInteraction,
  action: ActionOf<A>,
  services: Services,
) => Promise<void>;

export const MODALS: { [A in ActionName]?: ModalHandler<A> } = { report: submitReport };
