import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type HeldToken, holdToken } from '../../src/bot/token-lease.ts';
import { tokenLeases } from '../../src/db/schema.ts';
import { claimToken } from '../../src/db/token-lease.ts';
import { silent } from '../databases.ts';
import { onPostgres } from '../db/backends.ts';

const TOKEN = 'MTk4.Cl2FMQ.Zsd2Mw';
const HASH = createHash('sha256').update(TOKEN).digest('hex');

describe('the lease on a bot token', () => {
  onPostgres((backend) => {
    const hold = async (token = TOKEN, leaseSeconds = 1): Promise<HeldToken> => {
      const owner = randomUUID();
      const held = await holdToken({ db: backend().store.db, token, owner, log: silent, leaseSeconds });
      onTestFinished(() => held.release());
      return held;
    };

    it('keeps a second process out as long as the first goes on, and names the variable', async () => {
      await hold();
      await expect(hold()).rejects.toThrow(/another process answers with this DISCORD_TOKEN/i);
    });

    it('lets processes with other tokens in', async () => {
      await hold();
      await hold('another');
    });

    it('is free at once when the first one stops', async () => {
      const first = await hold(TOKEN, 60);
      await first.release();
      await hold(TOKEN, 60);
    });

    it('waits for a process that is stopping', async () => {
      const first = await hold(TOKEN, 60);
      const second = hold(TOKEN, 60);
      await first.release();
      await second;
    });

    it('outlives a dead process only for as long as it was given', async () => {
      const { db } = backend().store;
      await claimToken(db, { token: HASH, owner: randomUUID() }, 1); // and never renewed
      await hold();
    });

    it('tells a process that was frozen that another one has taken over', async () => {
      const { db } = backend().store;
      const first = await hold();
      // While it was frozen its lease ran out.
      await db.delete(tokenLeases);
      expect(await claimToken(db, { token: HASH, owner: randomUUID() }, 60)).toBe(true);
      expect(await first.lost).toMatchObject({ code: 'token-in-use' });
    });

    it('does not store the token', async () => {
      await hold();
      expect(JSON.stringify(await backend().store.db.select().from(tokenLeases))).not.toContain(TOKEN);
    });
  });
});
