import type { PoolClient, QueryConfig } from 'pg';

/** How often a query is seen before it is prepared. */
const FREQUENT = 5;
/** Of queries with a list of values each length is another text: so many texts are prepared, and noted before they are. */
const MOST = { prepared: 200, noted: 1000 };

/** Prepares the frequent queries of a connection. */
export type Preparation = (connection: PoolClient) => void;

/**
 * Has the server parse and plan a frequent query once for each connection rather than every time, which takes it longer than
 * running one of ours. What is prepared is known to all connections of a pool.
 */
export function createPreparation(): Preparation {
  const noted = new Map<string, number>();
  const names = new Map<string, string>();

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known || names.size >= MOST.prepared) return known;
    const times = (noted.get(text) ?? 0) + 1;
    if (times < FREQUENT) {
      if (noted.size >= MOST.noted) noted.clear();
      noted.set(text, times);
      return undefined;
    }
    noted.delete(text);
    const name = `chispa_${names.size}`;
    names.set(text, name);
    return name;
  }

  return (connection) => {
    const query = connection.query.bind(connection) as (...parts: unknown[]) => unknown;
    connection.query = ((config: string | QueryConfig, values: unknown, ...rest: unknown[]) => {
      // Without values there may be several statements in it, which cannot be prepared.
      const prepares = Array.isArray(values) && values.length > 0;
      const asked = typeof config === 'string' ? { text: config } : config;
      const name = prepares ? (asked.name ?? nameOf(asked.text)) : undefined;
      return query(name ? { ...asked, name } : config, values, ...rest);
    }) as PoolClient['query'];
  };
}
