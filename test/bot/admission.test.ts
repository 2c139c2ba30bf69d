import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Admission,
  type Asker,
  createAdmission,
  LONGEST_WAIT_MS,
  OPEN_LIMITS,
} from '../../src/bot/admission.ts';
import { createOpenRequests, type OpenRequests } from '../../src/bot/open-requests.ts';
import { Refusal } from '../../src/bot/refusal.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { generatorHasStopped } from '../../src/db/generators.ts';
import { notify } from '../../src/db/notify.ts';
import { forgetPerson } from '../../src/db/privacy.ts';
import { type GeneratorReport, generators } from '../../src/db/schema.ts';
import { es } from '../../src/discord/messages/index.ts';
import { freshDataDir, silent } from '../databases.ts';
import { insert } from '../db/samples.ts';

const patience = { timeout: 20_000 };
const ana = { userId: '1', guildId: '10' };
const luis = { userId: '2', guildId: '10' };
/** The notification sent by a process that closes a request. */
const closed = (key: string, totalMs: number | null = null) => JSON.stringify({ key, totalMs });

describe('admission', () => {
  let store: Store;
  let open: OpenRequests;
  let admission: Admission;
  let now: number;
  let count = 0;
  const admit = (asker: Asker, cooldownSeconds = 0) => admission.admit(`${count++}`, asker, cooldownSeconds);

  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    now = 1_000_000;
    count = 0;
    open = await createOpenRequests(store, { slots: 2, log: silent, now: () => now });
    admission = createAdmission(open, () => now);
    return () => open.close();
  });

  const refusal = (check: () => void): string => {
    try {
      check();
    } catch (error) {
      if (error instanceof Refusal) return error.say(es);
      throw error;
    }
    return '';
  };

  it('lets one person ask again after the cooldown, and tells when', () => {
    admit(ana, 10);
    expect(refusal(() => admission.check(ana, 10))).toContain('<t:1010:R>');
    expect(refusal(() => admission.check(luis, 10))).toBe('');
    now += 9_999;
    expect(refusal(() => admission.check(ana, 10))).not.toBe('');
    now += 1;
    expect(refusal(() => admission.check(ana, 10))).toBe('');
  });

  it('has no cooldown for looks and previews, nor for a request that was never written', () => {
    admit(ana);
    expect(refusal(() => admission.check(ana, 10))).toBe('');
    admit(ana, 10).giveBack();
    expect(refusal(() => admission.check(ana, 10))).toBe('');
  });

  it('forgets whose cooldown is over, and remembers nobody where there is none', () => {
    admit(ana, 10);
    admit(luis, 3600);
    now += 60_000;
    admit({ userId: '3', guildId: '10' });
    expect(refusal(() => admission.check(luis, 3600))).not.toBe('');
    // A moderator makes it longer: that holds for the jokes to come.
    expect(refusal(() => admission.check(ana, 3600))).toBe('');
    expect(refusal(() => admission.check({ userId: '3', guildId: '10' }, 3600))).toBe('');
  });

  it('limits what one person has open until a request closes, wherever that happens', async () => {
    for (let i = 0; i < OPEN_LIMITS.user; i++) admit(ana);
    expect(refusal(() => admission.check(ana, 0))).toContain(`${OPEN_LIMITS.user} chistes en camino`);
    expect(refusal(() => admission.check(luis, 0))).toBe('');
    await notify(store.db, 'chispa_requests', closed('0'));
    await expect.poll(() => refusal(() => admission.check(ana, 0))).toBe('');
  });

  it('tells when the first of what is open should be there, as the queue before it goes', async () => {
    const FIRST_GUESS = 3; // seconds a joke takes, until one has been measured
    for (let i = 0; i < 8; i++) admit({ userId: `${100 + i}`, guildId: '11' });
    for (let i = 0; i < OPEN_LIMITS.user; i++) admit(ana);
    const inSeconds = (wait: number) => `<t:${now / 1000 + wait}:R>`;
    // Eight come before Ana's first; two jokes are generated at once.
    expect(refusal(() => admission.check(ana, 0))).toContain(inSeconds(5 * FIRST_GUESS));
    now += 10_000;
    expect(refusal(() => admission.check(ana, 0))).toContain(inSeconds(5 * FIRST_GUESS - 10));
    now += 60_000; // overdue: never a moment in the past
    expect(refusal(() => admission.check(ana, 0))).toContain(inSeconds(FIRST_GUESS));
    // One joke took much longer than estimated: the next estimate reflects that.
    await notify(store.db, 'chispa_requests', closed('0', 23_000));
    await expect.poll(() => refusal(() => admission.check(ana, 0))).toContain(inSeconds(7));
  });

  it('counts what was open before it began', async () => {
    for (let i = 0; i < OPEN_LIMITS.user; i++) await insert(store.db, { userId: '9', guildId: '12' });
    const known = await createOpenRequests(store, { slots: 2, log: silent });
    const later = createAdmission(known);
    expect(refusal(() => later.check({ userId: '9', guildId: '12' }, 0))).toContain('chistes en camino');
    await forgetPerson(store.db, { userId: '9', voter: 'nine' });
    await expect.poll(() => refusal(() => later.check({ userId: '9', guildId: '12' }, 0))).toBe('');
    await known.close();
  });

  it('says when a turn would come that is too late to queue for, and only then', () => {
    const longest = LONGEST_WAIT_MS / 1000; // seconds; a joke takes 3, and two are written at once
    for (let i = 0; i < (2 * longest) / 3 + 1; i++) admit({ userId: `${i}`, guildId: `${1000 + i}` });
    expect(admission.tooLate(ana)).toBeUndefined();
    admit({ userId: '999', guildId: '999' });
    expect(admission.tooLate(ana)).toBe(now / 1000 + longest + 2); // 1.5, rounded up
    for (let i = 0; i < 2; i++) open.end(`${i}`);
    expect(admission.tooLate(ana)).toBeUndefined();
  });

  it('reckons with what other processes have queued and with all generators that are at work', async () => {
    const watching = await createOpenRequests(store, { slots: 2, log: silent, refreshMs: 10 });
    const [here, there] = [randomUUID(), randomUUID()];
    const waitOf = () => watching.waitOf(luis) / 1000;
    const report = { slots: 6 } as GeneratorReport; // all that is read of it
    await store.db.insert(generators).values([{ id: here }, { id: there, report }]);
    await expect.poll(watching.slots, patience).toBe(2 + 6);
    for (let i = 0; i < 16; i++) await insert(store.db, { userId: `${i}`, guildId: `${2000 + i}` });
    await expect.poll(waitOf, patience).toBeCloseTo((3 * 9) / 8);
    await generatorHasStopped(store.db, there);
    await expect.poll(waitOf, patience).toBeCloseTo((3 * 15) / 2);
    await generatorHasStopped(store.db, here);
    await expect.poll(watching.slots, patience).toBe(2); // nobody knows what the next one will have
    await watching.close();
    for (let i = 0; i < 16; i++) await forgetPerson(store.db, { userId: `${i}`, voter: `${i}` });
  });

  it('limits what one guild has open, and leaves other guilds alone', () => {
    for (let i = 0; i < OPEN_LIMITS.guild; i++) {
      admit({ userId: `${100 + i}`, guildId: '10' });
    }
    expect(refusal(() => admission.check(luis, 0))).toContain('Este servidor ya tiene');
    expect(refusal(() => admission.check({ ...luis, guildId: '11' }, 0))).toBe('');
    expect(refusal(() => admission.check({ ...luis, guildId: null }, 0))).toBe('');
  });
});
