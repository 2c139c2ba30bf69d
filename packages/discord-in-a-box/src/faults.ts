/** A fault that waits for REST requests. */
export interface RestFault {
  kind: 'rate-limit' | 'server-error' | 'discord-error' | 'slow' | 'cut-socket' | 'expire-token';
  /** `METHOD /path`, either half optional; see `matches`. Null: every route. */
  route: string | null;
  /** How many more requests it hits. */
  count: number;
  status: number | null;
  code: number | null;
  ms: number;
  global: boolean;
  /** `cut-socket` only: cut once the request has taken effect. */
  after: boolean;
}

/** The faults still waiting, oldest first. */
export interface Faults {
  add(fault: RestFault): void;
  /** The oldest fault that fits the request, counted down. */
  take(method: string, path: string): RestFault | undefined;
  waiting(): RestFault[];
  clear(): void;
}

export function createFaults(): Faults {
  let faults: RestFault[] = [];
  return {
    add(fault) {
      faults.push(fault);
    },
    take(method, path) {
      const fault = faults.find(({ route }) => route === null || matches(route, method, path));
      if (!fault) return undefined;
      fault.count--;
      faults = faults.filter(({ count }) => count > 0);
      return fault;
    },
    waiting: () => [...faults],
    clear() {
      faults = [];
    },
  };
}

/**
 * Whether a request fits a route such as `PATCH /webhooks/*` or `/channels/:id/messages`: `*` stands for
 * anything, `:name` and `{name}` for one path segment. A path without any of them fits wherever it stands.
 */
export function matches(route: string, method: string, path: string): boolean {
  const [, wanted, pattern = ''] = /^\s*(?:([a-z]+)(?:\s+|$))?(\S*)\s*$/i.exec(route) ?? [];
  if (wanted !== undefined && wanted.toUpperCase() !== method) return false;
  const parts = pattern.split(/(\*|:\w+|\{[^}]*\})/); // literals at even places, wildcards at odd ones
  if (parts.length === 1) return path.includes(pattern);
  const regex = parts.map((part, index) =>
    index % 2 === 0 ? part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&') : part === '*' ? '.*' : '[^/]+',
  );
  return new RegExp(`^${regex.join('')}$`).test(path);
}
