// @ts-check
import { BoxError } from '../api.js';
import { settle } from '../events.js';

/** @import { Message } from '../types.d.ts' */
/** @import { Api } from '../api.js' */
/** @import { Store } from '../store.js' */

/**
 * Sends button presses and select choices, and keeps them until they are answered: while open, the control shows a
 * waiting state; a failure stays under the message until the next press there.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {(error: unknown) => void} deps.report
 */
export function messagePresses({ store, api, report }) {
  return { press };

  /** @param {Message} message @param {string} customId @param {string[]} [values] */
  async function press(message, customId, values) {
    /** @type {import('../types.d.ts').Press} */
    const own = { message: message.id, customId, interaction: null, failed: false };
    const others = store.get().presses.filter((one) => one.message !== message.id || !one.failed);
    store.update({ presses: [...others, own] });
    try {
      const { interaction } = await api.press(message.id, customId, values);
      const { presses, interactions } = store.get();
      const named = presses.map((one) => (one === own ? { ...one, interaction } : one));
      const told = interactions.get(interaction);
      // The answer's event may have arrived before the press had its id.
      store.update({ presses: told ? settle(named, told) : named });
    } catch (error) {
      store.update({
        presses: store.get().presses.map((one) => (one === own ? { ...one, failed: true } : one)),
      });
      if (!(error instanceof BoxError)) report(error);
    }
  }
}
