// @ts-check
import { locales } from './i18n.js';

/** @import { Locale, Place, State, World } from './types.d.ts' */

/** @typedef {Pick<State, 'user' | 'locale' | 'localeGuessed' | 'theme' | 'place'>} Session */

const themes = /** @type {const} */ (['auto', 'light', 'dark']);

/**
 * The person and place in the page's address: `?user=ana&locale=es-ES#/GUILD/CHANNEL` (`#/@me/CHANNEL` for direct
 * messages). So two windows can be two people.
 * @param {URL} address
 * @param {(key: string) => string | null} remembered choices stored in this browser
 * @param {readonly string[]} languages the browser's preferred languages, best first
 * @returns {Session} `user` as written: a name or an id
 */
export function readSession(address, remembered, languages) {
  const { searchParams: query, hash } = address;
  const chosen = locales.find((one) => one === (query.get('locale') ?? remembered('locale')));
  const theme = query.get('theme') ?? remembered('theme');
  return {
    user: query.get('user'),
    locale: chosen ?? browserLocale(languages),
    localeGuessed: chosen === undefined,
    theme: themes.find((one) => one === theme) ?? 'auto',
    place: readPlace(hash),
  };
}

/**
 * The page's best match for the browser's languages; English if none matches.
 * @param {readonly string[]} languages
 * @returns {Locale}
 */
function browserLocale(languages) {
  for (const language of languages) {
    const [name, region] = language.toLowerCase().split('-');
    if (name === 'es') return region === undefined || region === 'es' ? 'es-ES' : 'es-419';
    if (name === 'en') return 'en-US';
  }
  return 'en-US';
}

/** @param {string} hash @returns {Place | null} */
export function readPlace(hash) {
  const [, guild, channel] = /^#\/(@me|\d+)\/(\d+)$/.exec(hash) ?? [];
  return guild && channel ? { guild: guild === '@me' ? null : guild, channel } : null;
}

/** @param {Place | null} place */
export function writePlace(place) {
  return place ? `#/${place.guild ?? '@me'}/${place.channel}` : '';
}

/**
 * The person in the address, by id, user name or display name; the first ordinary member if there is none.
 * @param {World} world
 * @param {string | null} wanted
 */
export function findUser(world, wanted) {
  const everybody = world.guilds.flatMap(({ members }) => members);
  const name = wanted?.toLowerCase();
  const named =
    everybody.find(({ id, username }) => id === wanted || username.toLowerCase() === name) ??
    everybody.find(({ name: shown }) => shown.toLowerCase() === name);
  if (named) return named.id;
  const talking = world.dms.find(({ user, name: shown }) => user === wanted || shown.toLowerCase() === name);
  return (
    talking?.user ??
    (everybody.find(({ moderator }) => !moderator) ?? everybody[0])?.id ??
    world.dms[0]?.user ??
    null
  );
}
