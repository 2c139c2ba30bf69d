import { dropStaleDatabases, serverAnswers } from '../databases.ts';

/** Before the first test: removes what killed ones have left on the server, if it lets us. */
export default async function drop(): Promise<void> {
  if (serverAnswers) await dropStaleDatabases().catch(() => {}); // tests do without it
}
