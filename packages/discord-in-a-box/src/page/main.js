// @ts-check
import { createApi } from './api.js';
import { composer } from './composer/composer.js';
import { h } from './dom.js';
import { listen, lookUpInteractions } from './events.js';
import { accountPanel } from './frame/account.js';
import { channelList } from './frame/channels.js';
import { drawers } from './frame/drawers.js';
import { guildRail } from './frame/guilds.js';
import { header } from './frame/header.js';
import { memberList } from './frame/members.js';
import { notices } from './frame/notices.js';
import { setLocale, t } from './i18n.js';
import { messageList } from './message/list.js';
import { contextMenus } from './message/menu.js';
import { messagePresses } from './message/press.js';
import { modalWatcher } from './modal/modal.js';
import { canVisit, firstPlace, placeName } from './names.js';
import { findUser, readPlace, readSession, writePlace } from './session.js';
import { createStore, withEntry, withMessage } from './store.js';
import { refreshRelative } from './time.js';
import { createAnnouncer } from './ui/announcer.js';
import { listenForKeys } from './ui/keys.js';

/** @import { Message, Place, State } from './types.d.ts' */

const session = readSession(new URL(location.href), (key) => localStorage.getItem(key), navigator.languages);
setLocale(session.locale);

const store = createStore({
  world: null,
  connected: true,
  user: null,
  locale: session.locale,
  localeGuessed: session.localeGuessed,
  theme: session.theme,
  place: session.place,
  messages: new Map(),
  interactions: new Map(),
  presses: [],
  typing: new Map(),
  unread: new Map(),
});
const api = createApi(() => ({ user: store.get().user ?? '', locale: store.get().locale }));
const announcer = createAnnouncer();
const notice = notices({ store, keepLocale: () => change({ locale: store.get().locale }) });

/** @type {Place | null} */
let awaited = null;

/** @type {() => void} */
let stopListening = () => {};

/** Channels being read, each with the messages received meanwhile, because the fetched list may be older. */
/** @type {Set<{ channel: string, told: Message[] }>} */
const readings = new Set();

const foot = composer({ store, api, visit: visitSoon });
const menus = contextMenus({ store, api, visit: visitSoon, mention: foot.mention, report: notice.report });
const presses = messagePresses({ store, api, report: notice.report });
const messages = messageList({
  store,
  actions: {
    press: presses.press,
    dismiss: (message) => {
      dismiss(message.channel_id, message.id);
      announcer.say(t('dismissed'));
      foot.focus();
    },
    menu: menus.forMessage,
  },
  showCommands: foot.openCommands,
  forget: (id) => store.update({ interactions: withEntry(store.get().interactions, id, undefined) }),
});
const drawer = drawers();
const skip = h('button', { type: 'button', class: 'skip', onclick: foot.focus });
const top = header({ store, openDrawer: drawer.openNavigation, toggleMembers: drawer.toggleMembers });
const install = (/** @type {boolean} */ installed) => void api.install(installed).catch(notice.report);
const account = accountPanel({ store, change, install, addressOf });

document.body.append(
  skip,
  h(
    'div',
    { class: 'app' },
    drawer.navigation(
      guildRail({ store, visit }).element,
      h('div', { class: 'side' }, channelList({ store, visit }).element, account.element),
    ),
    h('main', { class: 'chat' }, top.element, notice.element, messages.element, foot.element),
    drawer.members(memberList({ store }).element),
  ),
  announcer.element,
);

modalWatcher({ store, api });
store.subscribe(['locale'], ({ locale }) => {
  setLocale(locale);
  skip.textContent = t('skip');
});
store.subscribe(['theme'], ({ theme }) => {
  document.documentElement.dataset.theme = theme;
});
store.subscribe(['place', 'world', 'unread', 'locale'], (state) => {
  const unread = [...state.unread.values()].reduce((sum, count) => sum + count, 0);
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${placeName(state) || 'Discord en una caja'} · Chispa`;
});
setInterval(() => refreshRelative(document), 15_000);
window.addEventListener('hashchange', () => {
  const place = readPlace(location.hash);
  if (place && place.channel !== store.get().place?.channel) visit(place);
});
document.addEventListener('visibilitychange', seen);
listenForKeys({ close: drawer.close, focus: foot.focus, focusLast: messages.focusLast });
document.addEventListener('click', press);
document.addEventListener('contextmenu', contextMenu);

await start();

async function start() {
  const world = await api.world();
  store.update({ world, user: findUser(world, session.user) });
  settle();
  connect();
}

function connect() {
  stopListening();
  const { user } = store.get();
  if (!user) return;
  stopListening = listen({ store, api, user, announce: announcer.say, onworld: settle, onmessage: remember });
}

/** @param {Message} message */
function remember(message) {
  for (const { channel, told } of readings) if (channel === message.channel_id) told.push(message);
}

/** Leaves a place that is gone or inaccessible to the person; otherwise reads its messages if they are not loaded. */
function settle() {
  if (awaited && canVisit(store.get(), awaited)) visit(awaited);
  const state = store.get();
  if (!canVisit(state, state.place)) store.update({ place: firstPlace(state) });
  writeAddress();
  void readMessages();
}

/** Goes to a newly created place as soon as it appears in the world. @param {Place} place */
function visitSoon(place) {
  if (canVisit(store.get(), place)) visit(place);
  else awaited = place;
}

/** @param {Place} place */
function visit(place) {
  drawer.close();
  awaited = null;
  if (!canVisit(store.get(), place)) return;
  store.update({ place });
  seen();
  writeAddress();
  void readMessages();
  if (!matchMedia('(pointer: coarse)').matches) foot.focus();
}

function seen() {
  const { place, unread } = store.get();
  if (place && !document.hidden && unread.has(place.channel))
    store.update({ unread: withEntry(unread, place.channel, undefined) });
}

async function readMessages() {
  const { place, user, messages: known } = store.get();
  if (!place || known.has(place.channel)) return;
  const { channel } = place;
  const reading = { channel, told: /** @type {Message[]} */ ([]) };
  readings.add(reading);
  try {
    const list = await api.messages(channel);
    const now = store.get();
    if (now.user !== user) return;
    store.update({ messages: withEntry(now.messages, channel, reading.told.reduce(withMessage, list)) });
    await lookUpInteractions({ store, api }, list);
  } catch (error) {
    notice.report(error);
  } finally {
    readings.delete(reading);
  }
}

/** @param {string} channel @param {string} id */
function dismiss(channel, id) {
  const { messages: all } = store.get();
  const list = all.get(channel) ?? [];
  store.update({
    messages: withEntry(
      all,
      channel,
      list.filter((message) => message.id !== id),
    ),
  });
}

/** @param {Partial<Pick<State, 'user' | 'locale' | 'theme'>>} wanted */
function change(wanted) {
  if (wanted.theme) localStorage.setItem('theme', wanted.theme);
  if (wanted.locale) {
    localStorage.setItem('locale', wanted.locale);
    setLocale(wanted.locale);
    const url = new URL(location.href);
    url.searchParams.set('locale', wanted.locale);
    history.replaceState(null, '', url);
    store.update({ localeGuessed: false });
  }
  const other = wanted.user !== undefined && wanted.user !== store.get().user;
  store.update(
    other
      ? {
          ...wanted,
          messages: new Map(),
          interactions: new Map(),
          presses: [],
          unread: new Map(),
          typing: new Map(),
        }
      : wanted,
  );
  if (other) {
    settle();
    connect();
  } else writeAddress();
}

/** @param {string} user */
function addressOf(user) {
  const url = new URL(location.href);
  url.searchParams.set('user', user);
  url.hash = writePlace(store.get().place?.guild ? store.get().place : null);
  return url.pathname + url.search + url.hash;
}

/** Puts person, language and place in the address, so that a reload or bookmark returns there. */
function writeAddress() {
  const { world, user, locale, place } = store.get();
  const username = world?.guilds.flatMap(({ members }) => members).find(({ id }) => id === user)?.username;
  const url = new URL(location.href);
  if (user) url.searchParams.set('user', username ?? user);
  if (url.searchParams.has('locale')) url.searchParams.set('locale', locale);
  url.hash = writePlace(place);
  if (url.href !== location.href) history.replaceState(null, '', url);
}

/** @param {MouseEvent} event */
function press({ target }) {
  const on = (/** @type {string} */ name) => (target instanceof Element ? target.closest(`[${name}]`) : null);
  const command = on('data-command')?.getAttribute('data-command');
  if (command) foot.startCommand(command);
  const channel = on('data-channel');
  if (channel?.matches('.mention'))
    visit({ guild: channel.getAttribute('data-guild'), channel: channel.getAttribute('data-channel') ?? '' });
  const person = on('data-user');
  if (person) menus.forUser(person.getAttribute('data-user') ?? '', person);
  const jump = on('data-jump')?.getAttribute('data-jump');
  if (jump) {
    const element = document.querySelector(`[data-message="${CSS.escape(jump)}"]`);
    element?.scrollIntoView({ block: 'center' });
    if (element instanceof HTMLElement) element.focus();
  }
}

/** @param {MouseEvent} event */
function contextMenu(event) {
  const { target } = event;
  // Links, inputs and selected text keep the browser's own menu.
  if (!(target instanceof Element) || target.closest('a, textarea, input') || String(getSelection()) !== '')
    return;
  // The menu key has no coordinates: then the menu opens at the element.
  const anchor = event.clientX === 0 && event.clientY === 0 ? target : { x: event.clientX, y: event.clientY };
  const person = target.closest('[data-user]')?.getAttribute('data-user');
  const id = target.closest('[data-message]')?.getAttribute('data-message');
  const { place, messages: all } = store.get();
  const message = all.get(place?.channel ?? '')?.find((one) => one.id === id);
  if (!person && !message) return;
  event.preventDefault();
  if (person) menus.forUser(person, anchor);
  else if (message) menus.forMessage(message, anchor);
}
