// @ts-check
/** @import { Interaction, Locale, Message, OptionValue, Place, Upload, World } from './types.d.ts' */

/** A request that the box refused, with its message. */
export class BoxError extends Error {}

/**
 * Calls the box's control API (docs/control-api.md).
 * @template T
 * @param {string} path
 * @param {unknown} [body] sent as JSON by POST when given
 * @returns {Promise<T>}
 */
async function ask(path, body) {
  const response = await fetch(
    path,
    body === undefined
      ? undefined
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const answer = await response.json();
  if (!response.ok) throw new BoxError(answer.error ?? `${path}: ${response.status}`);
  return answer;
}

/**
 * @typedef {object} CommandCall
 * @property {string} name
 * @property {string} [subcommand] `ver`, or `grupo ver`
 * @property {Record<string, OptionValue>} [options]
 * @property {string} [target] message or user id of a context-menu command
 * @property {1 | 2 | 3} [type]
 */

/**
 * Everything a person can do in the box; `who` returns the person and language at the time of each call.
 * @param {() => { user: string, locale: Locale }} who
 */
export function createApi(who) {
  return {
    /** @returns {Promise<World>} */
    world: () => ask('/box/state'),

    /** @param {string} channel @returns {Promise<Message[]>} */
    messages: (channel) => ask(`/box/messages?${new URLSearchParams({ channel, user: who().user })}`),

    /** @param {string} id @returns {Promise<Interaction>} */
    interaction: (id) => ask(`/box/interactions/${encodeURIComponent(id)}`),

    /** @param {Place} place @param {CommandCall} call @returns {Promise<{ interaction: string }>} */
    command: (place, call) => ask('/box/commands', { ...place, ...who(), ...call }),

    /**
     * @param {Place} place
     * @param {CommandCall & { focused: string }} call
     * @returns {Promise<{ choices: import('./types.d.ts').Choice[] }>}
     */
    autocomplete: (place, call) => ask('/box/autocomplete', { ...place, ...who(), ...call }),

    /** @param {string} message @param {string} customId @param {string[]} [values] @returns {Promise<{ interaction: string }>} */
    press: (message, customId, values) =>
      ask('/box/components', { ...who(), message, customId, ...(values && { values }) }),

    /** @param {string} interaction @param {Record<string, unknown>} fields @returns {Promise<{ interaction: string }>} */
    submit: (interaction, fields) => ask('/box/modals', { ...who(), interaction, fields }),

    /** @param {string} channel @param {string} content @param {Upload[]} attachments @returns {Promise<Message>} */
    write: (channel, content, attachments) =>
      ask('/box/messages', { channel, user: who().user, content, attachments }),

    /** @param {string} channel @param {string} message @returns {Promise<Message>} */
    forward: (channel, message) => ask('/box/messages', { channel, user: who().user, forward: message }),

    /**
     * Starts a thread on a message, or a post in a forum.
     * @param {string} channel
     * @param {string} name
     * @param {{ message?: string, content?: string, attachments?: Upload[] }} from
     * @returns {Promise<{ id: string }>}
     */
    startThread: (channel, name, from) => ask('/box/threads', { channel, user: who().user, name, ...from }),

    /** @param {boolean} installed @returns {Promise<unknown>} */
    install: (installed) =>
      ask('/box/world', { action: installed ? 'install-app' : 'uninstall-app', user: who().user }),

    /** @param {string} message @returns {Promise<unknown>} */
    deleteMessage: (message) => ask('/box/world', { action: 'delete-message', message }),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * Reads a chosen file into the box's format.
 * @param {File} file
 * @returns {Promise<Upload>}
 */
export async function readUpload(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  // In chunks: one call with every byte as an argument would overflow the stack.
  for (let at = 0; at < bytes.length; at += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { filename: file.name, contentType: file.type || 'application/octet-stream', data: btoa(binary) };
}
