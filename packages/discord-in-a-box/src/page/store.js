// @ts-check
/** @import { Interaction, Message, State } from './types.d.ts' */

/** @typedef {keyof State} Key */

/**
 * The page's only state. Views subscribe to the keys they show; `update` replaces values and notifies them in the order
 * they subscribed.
 * @param {State} initial
 */
export function createStore(initial) {
  let state = initial;
  /** @type {Set<{ keys: Set<Key>, listener: (state: State) => void }>} */
  const subscriptions = new Set();

  /** @param {Partial<State>} patch */
  function update(patch) {
    const changed = /** @type {Key[]} */ (Object.keys(patch)).filter((key) => patch[key] !== state[key]);
    if (changed.length === 0) return;
    state = { ...state, ...patch };
    for (const { keys, listener } of [...subscriptions])
      if (changed.some((key) => keys.has(key))) listener(state);
  }

  /**
   * Calls the listener now and after each change to one of the keys; returns a function that unsubscribes it.
   * @param {Key[]} keys
   * @param {(state: State) => void} listener
   */
  function subscribe(keys, listener) {
    const subscription = { keys: new Set(keys), listener };
    subscriptions.add(subscription);
    listener(state);
    return () => subscriptions.delete(subscription);
  }

  return { get: () => state, update, subscribe };
}

/** @typedef {ReturnType<typeof createStore>} Store */

/**
 * A copy of a map with one entry set or (if the value is undefined) removed.
 * @template K, V
 * @param {ReadonlyMap<K, V>} map
 * @param {K} key
 * @param {V | undefined} value
 */
export function withEntry(map, key, value) {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

/**
 * Inserts a message in id order (ids grow with time), or replaces its older version.
 * @param {readonly Message[]} list oldest first
 * @param {Message} message
 */
export function withMessage(list, message) {
  const at = list.findIndex((other) => other.id === message.id);
  if (at >= 0) return list.with(at, message);
  const after = list.findLastIndex((other) => BigInt(other.id) < BigInt(message.id));
  return list.toSpliced(after + 1, 0, message);
}

/**
 * The person's commands in a channel that have no message to show: pending or failed.
 * @param {State} state
 * @returns {Interaction[]}
 */
export function waitingCommands(state) {
  const { place, interactions, user } = state;
  const shown = state.messages.get(place?.channel ?? '') ?? [];
  return [...interactions.values()].filter(
    (one) =>
      one.type === 2 &&
      one.user === user &&
      one.channel === place?.channel &&
      !one.message &&
      (one.state === 'pending' || one.state === 'failed') &&
      !shown.some((message) => message.interaction === one.id),
  );
}
