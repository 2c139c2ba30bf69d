// @ts-check

import { plainText } from './markdown/nodes.js';
import { parseMarkdown } from './markdown/parse.js';
import { authorName, isThinking } from './message/message.js';
import { withEntry, withMessage } from './store.js';

/** @import { Command, Interaction, Message, Press, World } from './types.d.ts' */
/** @import { Api } from './api.js' */
/** @import { Store } from './store.js' */

/** How long Discord shows "is typing" after the bot reports it. */
const typingMs = 10_000;

/**
 * Listens to the box's server-sent events as one person and keeps the store up to date.
 * @param {object} deps
 * @param {Store} deps.store
 * @param {Api} deps.api
 * @param {(text: string) => void} deps.announce tells screen readers
 * @param {(message: Message) => void} deps.onmessage called for each new or changed message
 * @param {() => void} deps.onworld called after the world arrives or changes: the current place may be gone
 * @param {string} deps.user
 * @returns {() => void} stops listening
 */
export function listen({ store, api, announce, onmessage, onworld, user }) {
  const source = new EventSource(`/box/events?${new URLSearchParams({ user })}`);
  const { get, update } = store;
  let fresh = true;

  /** @template T @param {string} name @param {(payload: T) => void} handle */
  const on = (name, handle) => {
    // The payloads are as documented in docs/control-api.md.
    source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
  };
  source.addEventListener('open', () => {
    fresh = true;
    update({ connected: true });
  });
  source.addEventListener('error', () => update({ connected: false }));
  on('state', (/** @type {World} */ world) => {
    update({ world });
    // The first one after connecting: events in between were missed, so the messages are read again.
    if (fresh) update({ messages: new Map(), unread: new Map() });
    fresh = false;
    onworld();
  });
  on('commands', (/** @type {{ commands: Command[] }} */ { commands }) => {
    const { world } = get();
    if (world) update({ world: { ...world, commands } });
  });
  on('message-created', (/** @type {Message} */ message) => {
    take(message);
    const { place, unread, typing, user: me } = get();
    if (message.author.id === me) return;
    if (typing.has(message.channel_id)) update({ typing: withEntry(typing, message.channel_id, undefined) });
    const channel = message.channel_id;
    if (channel !== place?.channel || document.hidden)
      update({ unread: withEntry(unread, channel, (unread.get(channel) ?? 0) + 1) });
    if (channel === place?.channel && !isThinking(message)) say(message);
  });
  on('message-updated', (/** @type {Message} */ message) => {
    const before = get()
      .messages.get(message.channel_id)
      ?.find(({ id }) => id === message.id);
    take(message);
    // Announced when the answer starts, not on each edit of a streaming text.
    if (before && isThinking(before) && !isThinking(message) && message.channel_id === get().place?.channel)
      say(message);
  });
  on('message-deleted', (/** @type {{ id: string, channel: string }} */ { id, channel }) => {
    const { messages } = get();
    const list = messages.get(channel);
    if (list)
      update({
        messages: withEntry(
          messages,
          channel,
          list.filter((message) => message.id !== id),
        ),
      });
  });
  on('interaction', (/** @type {Interaction} */ interaction) => {
    const { interactions, presses } = get();
    update({
      interactions: withEntry(interactions, interaction.id, interaction),
      presses: settle(presses, interaction),
    });
  });
  on('typing', (/** @type {{ channel: string }} */ { channel }) => {
    const since = Date.now();
    update({ typing: withEntry(get().typing, channel, since) });
    setTimeout(() => {
      if (get().typing.get(channel) === since)
        update({ typing: withEntry(get().typing, channel, undefined) });
    }, typingMs);
  });
  return () => source.close();

  /** @param {Message} message */
  function take(message) {
    onmessage(message);
    const { messages } = get();
    const list = messages.get(message.channel_id);
    // A channel not opened yet is read in full when it is.
    if (list) update({ messages: withEntry(messages, message.channel_id, withMessage(list, message)) });
    lookUp(message);
  }

  /** @param {Message} message */
  function say(message) {
    const text =
      message.content ||
      message.embeds.map(({ title, description }) => [title, description].join('. ')).join(' ');
    announce(`${authorName(message, get())}: ${plainText(parseMarkdown(text)).slice(0, 300)}`);
  }

  /** Other people's interactions are not sent: the line `Ana usó /chiste` fetches them. @param {Message} message */
  function lookUp(message) {
    void lookUpInteractions({ store, api }, [message]);
  }
}

/**
 * Fetches the interactions that messages refer to and the store lacks.
 * @param {{ store: Store, api: Api }} deps
 * @param {readonly Message[]} messages
 */
export async function lookUpInteractions({ store, api }, messages) {
  const wanted = new Set(messages.map(({ interaction }) => interaction));
  for (const id of wanted) {
    if (id === null || asked.has(id) || store.get().interactions.has(id)) continue;
    asked.add(id);
    try {
      const found = await api.interaction(id);
      const { interactions } = store.get();
      if (!interactions.has(id)) store.update({ interactions: withEntry(interactions, id, found) });
    } catch {
      // The message is shown without the line above it, which is fetched again on its next change.
      asked.delete(id);
    }
  }
}

/** @type {Set<string>} */
const asked = new Set();

/**
 * @param {Press[]} presses
 * @param {Interaction} interaction
 */
export function settle(presses, { id, state }) {
  if (state === 'pending' || !presses.some((press) => press.interaction === id)) return presses;
  if (state === 'failed')
    return presses.map((press) => (press.interaction === id ? { ...press, failed: true } : press));
  return presses.filter((press) => press.interaction !== id);
}
