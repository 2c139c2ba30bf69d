import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Admission, createAdmission, OPEN_LIMITS } from '../../src/bot/admission.ts';
import { Refusal } from '../../src/bot/refusal.ts';
import { connect, type Store } from '../../src/db/connect.ts';
import { notify } from '../../src/db/notify.ts';
import { es } from '../../src/discord/messages/index.ts';
import { freshDataDir, silent } from '../databases.ts';

const ana = { userId: '1', guildId: '10' };
const luis = { userId: '2', guildId: '10' };

describe('admission', () => {
  let store: Store;
  let admission: Admission;
  let now: number;

  beforeAll(async () => {
    store = await connect({ dataDir: freshDataDir(), log: silent });
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    now = 1_000_000;
    admission = await createAdmission(store, () => now);
    return () => admission.close();
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
    admission.open(ana, { cooldown: true });
    expect(refusal(() => admission.check(ana, 10))).toContain('<t:1010:R>');
    expect(refusal(() => admission.check(luis, 10))).toBe('');
    now += 9_999;
    expect(refusal(() => admission.check(ana, 10))).not.toBe('');
    now += 1;
    expect(refusal(() => admission.check(ana, 10))).toBe('');
  });

  it('has no cooldown for looks and previews, nor for a request that was never written', () => {
    admission.open(ana, { cooldown: false });
    expect(refusal(() => admission.check(ana, 10))).toBe('');
    admission.open(ana, { cooldown: true })();
    expect(refusal(() => admission.check(ana, 10))).toBe('');
  });

  it('limits what one person has open until a request closes, wherever that happens', async () => {
    for (let i = 0; i < OPEN_LIMITS.user; i++) admission.open(ana, { cooldown: false });
    expect(refusal(() => admission.check(ana, 0))).toContain(`${OPEN_LIMITS.user} chistes en camino`);
    expect(refusal(() => admission.check(luis, 0))).toBe('');
    await notify(store.db, 'chispa_requests', JSON.stringify(ana));
    await expect.poll(() => refusal(() => admission.check(ana, 0))).toBe('');
  });

  it('limits what one guild has open, and leaves other guilds alone', () => {
    for (let i = 0; i < OPEN_LIMITS.guild; i++) {
      admission.open({ userId: `${100 + i}`, guildId: '10' }, { cooldown: false });
    }
    expect(refusal(() => admission.check(luis, 0))).toContain('Este servidor ya tiene');
    expect(refusal(() => admission.check({ ...luis, guildId: '11' }, 0))).toBe('');
    expect(refusal(() => admission.check({ ...luis, guildId: null }, 0))).toBe('');
  });
});
