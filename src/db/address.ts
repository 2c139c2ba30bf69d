import type { ClientConfig } from 'pg';
import { ChispaError } from '../lib/errors.ts';
import { ENCRYPTION_PARAMETERS, type Encryption, encryptionOf } from './encryption.ts';

/** Where a PostgreSQL server is and how to connect to it, parsed once from DATABASE_URL for all connections. */
export interface Address {
  /** Options for node-postgres, except `encryption`. */
  client: ClientConfig;
  encryption: Encryption;
  /** Host, port and database, without the user and the password. */
  place: string;
  /** Parameters that were ignored, as messages for the host. */
  notes: string[];
}

/** Parameters that Chispa uses besides those for encryption, under their libpq names. */
const USED = ['user', 'password', 'host', 'hostaddr', 'port', 'dbname', 'connect_timeout', 'options'];
const NAMED = ['application_name', 'client_encoding', 'channel_binding'];

/** Server settings that other clients accept as separate parameters. libpq only accepts them in `options`. */
const SERVER_SETTINGS = ['search_path', 'statement_timeout', 'lock_timeout', 'work_mem'];

/**
 * Parameters that make a connection safer in libpq but are not supported here. Ignoring them would silently weaken
 * it.
 */
const REFUSED = ['requirepeer', 'require_auth', 'sslcrldir', 'service'];

/**
 * Parses a connection URI as libpq does (PostgreSQL manual, 34.1.1.2): `#` and `?` have no special meaning before the
 * `@`, parameters override the parts before them, and `host=/path` is the folder of a socket. Parameters of other
 * clients are ignored with a note.
 *
 * @throws ChispaError `config`; its message never includes parts that may be secret.
 */
export function readAddress(url: string): Address {
  const { user, password, host, port, database, query } = partsOf(url);
  const given = parametersOf(query);
  const take = (name: string, before = '') => given.get(name) || before || undefined;
  const refused = REFUSED.filter((name) => given.get(name));
  if (refused.length > 0)
    throw wrong(`has ?${refused.join(', ?')}, which Chispa does not support: remove it`);

  const where = take('hostaddr') ?? take('host', host) ?? 'localhost';
  const number = Number(take('port', port) ?? 5432);
  if (!(number > 0 && number < 65536)) throw wrong('has a port that is not a number from 1 to 65535');
  const name = take('dbname', database) ?? take('user', user);
  const settings = SERVER_SETTINGS.flatMap((setting) => {
    const value = given.get(setting);
    return value ? [`-c ${setting}=${value.replace(/[\\\s]/g, '\\$&')}`] : [];
  });
  const options = [take('options'), ...settings].filter(Boolean).join(' ');
  const seconds = Number(take('connect_timeout') ?? 10);
  const foreign = [...given.keys()].filter((key) => !isKnown(key));
  return {
    client: {
      host: where,
      port: number,
      user: take('user', user),
      password: take('password', password),
      database: name,
      application_name: take('application_name') ?? 'chispa',
      connectionTimeoutMillis: seconds > 0 ? seconds * 1000 : 10_000,
      enableChannelBinding: ['prefer', 'require'].includes(take('channel_binding') ?? ''),
      ...(options && { options }),
    },
    encryption: encryptionOf(given, where),
    place: `${where}:${number}/${name ?? ''}`,
    notes:
      foreign.length > 0
        ? [`DATABASE_URL has ?${foreign.join(', ?')}, which Chispa does not use: ignored.`]
        : [],
  };
}

const isKnown = (parameter: string): boolean =>
  [USED, NAMED, SERVER_SETTINGS, ENCRYPTION_PARAMETERS].some((known) => known.includes(parameter));

const URI =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<host>\[[^\]]*\]|[^:/?]*)(?::(?<port>\d*))?(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/s;

function partsOf(url: string) {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
  if (!scheme) throw wrong('is not an address that begins with postgres://');
  if (!/^postgres(ql)?$/.test(scheme))
    throw wrong(`begins with ${scheme}://, which belongs to another program: it must begin with postgres://`);
  const found = URI.exec(url)?.groups;
  const { user = '', password = '', port = '', query = '' } = found ?? {};
  const host = (found?.host ?? '').replace(/^\[(.*)\]$/, '$1');
  const database = found?.database ?? '';
  if (!found || /[@#\s]/.test(host) || /[@/]/.test(database)) throw unencoded();
  if (host.includes(',')) throw wrong('names several servers: Chispa connects to one');
  return {
    user: decode(user),
    password: decode(password),
    host: decode(host),
    port,
    database: decode(database),
    query,
  };
}

function parametersOf(query: string): Map<string, string> {
  const pairs = query.split('&').filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
    }),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unencoded();
  }
}

const unencoded = (): ChispaError =>
  wrong(
    'cannot be parsed: in a user name or a password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25',
  );

/** The address itself is never shown, because it contains a password. */
const wrong = (what: string): ChispaError =>
  new ChispaError(
    'config',
    `DATABASE_URL is wrong: it ${what}. A good value: DATABASE_URL=postgres://USER:PASSWORD@localhost:5432/chispa`,
  );
