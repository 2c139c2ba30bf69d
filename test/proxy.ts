import { onTestFinished } from 'vitest';
import { openNetwork } from './network.ts';

/** A way to a database that can break, until the test is over. */
export async function aProxy(database: URL) {
  const network = await openNetwork(database);
  onTestFinished(network.close);
  return network;
}
