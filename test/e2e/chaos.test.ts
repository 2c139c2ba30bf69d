import { describe, expect, it } from 'vitest';
import { failures, rehearse } from '../../bench/chaos/rehearse.ts';
import { postgresName, skipPostgres } from '../databases.ts';

/** The short form of `npm run chaos`: two bots, three generators and a trainer, each a process of its own. */
describe.skipIf(skipPostgres)(`several hosts under faults, on ${postgresName}`, () => {
  it('lose nobody, answer nobody twice and keep every vote while generators are killed', {
    timeout: 240_000,
  }, async ({ signal }) => {
    const outcome = await rehearse('kill', { requests: 40, seconds: 12, logLevel: 'fatal', signal });
    expect(failures(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ asked: 40, jokes: 40, votes: 40 });
    expect(outcome.faults).toBeGreaterThanOrEqual(2);
  });
});
