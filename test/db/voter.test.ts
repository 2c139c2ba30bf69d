import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVoter } from '../../src/db/voter.ts';

describe('voter', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'chispa-voter-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('is HMAC-SHA256 of the user id under the secret', () => {
    // printf 300 | openssl dgst -sha256 -hmac 0123456789abcdef
    expect(createVoter({ secret: '0123456789abcdef', dataDir })('300')).toBe(
      '393944ab168c4bd4c195a84f51ed46fa0c795c4d95109e0fb09d3838a3c0f3b1',
    );
  });

  it('gives each person and each secret a different pseudonym', () => {
    const voter = createVoter({ secret: 'one secret of many', dataDir });
    expect(voter('300')).not.toBe(voter('301'));
    expect(voter('300')).not.toBe(createVoter({ secret: 'another secret of many', dataDir })('300'));
  });

  it('creates its secret once, readable only by its owner, in a folder that need not exist', () => {
    const folder = join(dataDir, 'new');
    const first = createVoter({ dataDir: folder });
    expect(createVoter({ dataDir: folder })('300')).toBe(first('300'));
    expect(statSync(join(folder, 'voter-secret')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'voter-secret'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('insists on VOTER_SECRET when several processes may share the database', () => {
    expect(() => createVoter({ databaseUrl: 'postgres://x/y', dataDir })).toThrow(/VOTER_SECRET/);
  });
});
