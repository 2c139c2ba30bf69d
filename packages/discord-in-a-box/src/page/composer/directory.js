// @ts-check
import { channelOptions, personOptions, roleOptions } from '../components/choices.js';

/** @import { State } from '../types.d.ts' */
/** @import { Directory } from './options.js' */

/**
 * Who and what the options of a command can name in the place in view.
 * @param {State} state
 * @returns {Directory}
 */
export function directoryOf(state) {
  return { people: personOptions(state), roles: roleOptions(state), channels: channelOptions(state) };
}
