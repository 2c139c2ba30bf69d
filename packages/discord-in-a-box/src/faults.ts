import { isObject } from './json.ts';

/** A fault that waits for matching REST requests. */
export interface RestFault {
  kind: 'rate-limit' | 'server-error' | 'discord-error' | 'slow' | 'cut-socket' | 'expire-token' | 'automod';
  /** `METHOD /path`, either half optional; see `matches`. Null: every route. */
  route: string | null;
  /** How many more requests it affects. */
  count: number;
  status: number | null;
  code: number | null;
  ms: number;
  global: boolean;
  /** `cut-socket` only: cut after the request has taken effect. */
  after: boolean;
  /** `automod` only: blocks messages that contain this text; null blocks all. */
  contains: string | null;
}

/** The pending faults, oldest first. */
export interface Faults {
  add(fault: RestFault): void;
  /** Takes the oldest fault that matches the request, and decrements its count. */
  take(method: string, path: string): RestFault | undefined;
  /** Takes the oldest `automod` fault that matches the request's text, and decrements its count. */
  block(method: string, path: string, body: unknown): RestFault | undefined;
  waiting(): RestFault[];
  clear(): void;
}

/** Requests that show people something, which Discord's AutoMod reads. */
const SAYING = [
  'POST /channels/:id/messages',
  'PATCH /channels/:id/messages/:id',
  'POST /channels/:id/threads',
  'POST /interactions/:id/:token/callback',
  'POST /webhooks/:id/:token',
  'PATCH /webhooks/:id/:token/messages/:id',
];
const CALLBACKS_WITHOUT_TEXT = [5, 6, 8, 9]; // deferred, choices, a modal

export function createFaults(): Faults {
  let faults: RestFault[] = [];
  function use(fits: (fault: RestFault) => boolean): RestFault | undefined {
    const fault = faults.find(fits);
    if (fault) fault.count--;
    faults = faults.filter(({ count }) => count > 0);
    return fault;
  }
  return {
    add(fault) {
      faults.push(fault);
    },
    take: (method, path) =>
      use(({ kind, route }) => kind !== 'automod' && (route === null || matches(route, method, path))),
    block(method, path, body) {
      if (!SAYING.some((route) => matches(route, method, path))) return undefined;
      if (isObject(body) && CALLBACKS_WITHOUT_TEXT.includes(Number(body.type))) return undefined;
      const said = JSON.stringify(body ?? null).toLowerCase();
      return use(
        ({ kind, route, contains }) =>
          kind === 'automod' &&
          (route === null || matches(route, method, path)) &&
          (contains === null || said.includes(JSON.stringify(contains.toLowerCase()).slice(1, -1))),
      );
    },
    waiting: () => [...faults],
    clear() {
      faults = [];
    },
  };
}

/**
 * Whether a request matches a route such as `PATCH /webhooks/*` or `/channels/:id/messages`: `*` matches anything,
 * `:name` and `{name}` one path segment. A path without any of these matches anywhere.
 */
export function matches(route: string, method: string, path: string): boolean {
  const [, wanted, pattern = ''] = /^\s*(?:([a-z]+)(?:\s+|$))?(\S*)\s*$/i.exec(route) ?? [];
  if (wanted !== undefined && wanted.toUpperCase() !== method) return false;
  const parts = pattern.split(/(\*|:\w+|\{[^}]*\})/); // literals at even indices, wildcards at odd ones
  if (parts.length === 1) return path.includes(pattern);
  const regex = parts.map((part, index) =>
    index % 2 === 0 ? part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&') : part === '*' ? '.*' : '[^/]+',
  );
  return new RegExp(`^${regex.join('')}$`).test(path);
}
