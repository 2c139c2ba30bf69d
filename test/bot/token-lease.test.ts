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
    const hold = async (token = TOKEN, leaseSeconds = 1, range?: string): Promise<HeldToken> => {
      const owner = randomUUID();
      const [first, last, of] = range?.split(/[-/]/).map(Number) ?? [];
      const shards =
        first !== undefined && last !== undefined && of !== undefined ? { first, last, of } : undefined;
      const held = await holdToken({
        db: backend().store.db,
        token,
        shards,
        owner,
        log: silent,
        leaseSeconds,
      });
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

    it('lets processes in that have different shards of one token', async () => {
      await hold(TOKEN, 1, '0-3/16');
      await hold(TOKEN, 1, '4-7/16');
      await hold('another', 1, '0-3/16');
    });

    it('keeps a process out whose shards overlap, and says which it has', async () => {
      await hold(TOKEN, 1, '0-3/16');
      await expect(hold(TOKEN, 1, '0-3/16')).rejects.toThrow(/in shards 0-3\/16 of this DISCORD_TOKEN/);
      await expect(hold(TOKEN, 1, '3-5/16')).rejects.toThrow(/shards 0-3\/16 .*it has SHARDS=3-5\/16/);
      await expect(hold(TOKEN, 1, '1-2/16')).rejects.toThrow(/Give this one shards that no other has/);
    });

    it('keeps a process out that counts the shards differently', async () => {
      await hold(TOKEN, 1, '0-1/4');
      await expect(hold(TOKEN, 1, '1-1/2')).rejects.toThrow(/must count its shards alike/);
    });

    it('keeps a process out that has all shards where another has some, and the other way round', async () => {
      await hold(TOKEN, 1, '0-1/4');
      await expect(hold(TOKEN, 1)).rejects.toThrow(/own range with SHARDS/);
      await hold('another', 1);
      await expect(hold('another', 1, '2-3/4')).rejects.toThrow(/own range with SHARDS/);
    });

    it('lets one of two processes in that start together with overlapping shards', async () => {
      const both = await Promise.allSettled([hold(TOKEN, 1, '0-2/4'), hold(TOKEN, 1, '2-3/4')]);
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
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
      await claimToken(db, { token: HASH, bot: HASH, owner: randomUUID() }, 1); // and never renewed
      await hold();
    });

    it('tells a process that was frozen that another one has taken over', async () => {
      const { db } = backend().store;
      const first = await hold();
      // While it was frozen its lease ran out.
      await db.delete(tokenLeases);
      const taken = await claimToken(db, { token: HASH, bot: HASH, owner: randomUUID() }, 60);
      expect(taken).toEqual({ ours: true });
      expect(await first.lost).toMatchObject({ code: 'token-in-use' });
    });

    it('does not store the token', async () => {
      await hold();
      expect(JSON.stringify(await backend().store.db.select().from(tokenLeases))).not.toContain(TOKEN);
    });
  });
});
