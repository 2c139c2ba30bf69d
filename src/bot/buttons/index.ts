import type { ActionName } from '../../discord/custom-id.ts';
import { again, more, think } from './ask-again.ts';
import { endDuel, voteDuel } from './duel.ts';
import type { ButtonHandler, ModalHandler } from './handler.ts';
import { pin, unpin } from './pin.ts';
import { exportData, forget, forgetForEver } from './privacy.ts';
import { rateJoke } from './rate.ts';
import { remove } from './remove.ts';
import { clear, hide, openReport, submitReport } from './report.ts';

/** One handler for each button action. */
export const BUTTONS: { [A in ActionName]: ButtonHandler<A> } = {
  rate: rateJoke,
  duel: voteDuel,
  'duel-close': endDuel,
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

export const MODALS: { [A in ActionName]?: ModalHandler<A> } = { report: submitReport };
