import { createCanvas } from '@napi-rs/canvas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';
import { imageSize } from '../src/image-size.ts';
import { createSnowflakes, shardOf, snowflakeTime } from '../src/snowflake.ts';
import type { GuildChannel, Overwrite } from '../src/state/model.ts';
import { ALL_PERMISSIONS, channelPermissions, PERMISSION } from '../src/state/permissions.ts';
import { channelsOf, createWorld, peopleOf } from '../src/state/world.ts';
import { given } from './stage.ts';

describe('the clock', () => {
  it('meets the deadlines it is moved past, in their order, and forgets cancelled ones', () => {
    const clock = createClock();
    const met: string[] = [];
    const start = clock.now();
    clock.at(start + 5000, () => met.push('later'));
    clock.at(start + 3000, () => met.push('sooner'));
    const cancel = clock.at(start + 4000, () => met.push('cancelled'));
    clock.at(start + 60_000, () => met.push('far'));
    cancel();
    clock.move(2000);
    expect(met).toEqual([]);
    clock.move(10_000);
    expect(met).toEqual(['sooner', 'later']);
    expect(clock.now() - start).toBeGreaterThanOrEqual(12_000);
    clock.stop();
  });

  it('meets deadlines by itself too', async () => {
    const clock = createClock();
    const kept = setTimeout(() => {}, 5000); // the clock alone keeps no process alive
    await new Promise<void>((resolve) => clock.at(clock.now() + 20, resolve));
    clearTimeout(kept);
    clock.stop();
  });
});

describe('snowflakes', () => {
  it('grow strictly, and tell when they were made', () => {
    const clock = createClock();
    const nextId = createSnowflakes(clock);
    const ids = Array.from({ length: 5000 }, nextId);
    for (const [index, id] of ids.entries()) {
      if (index > 0) expect(BigInt(id) > BigInt(given(ids[index - 1]))).toBe(true);
    }
    expect(Math.abs(snowflakeTime(given(ids[0])) - clock.now())).toBeLessThan(1000);
    clock.stop();
  });

  it('deal every guild to exactly one shard', () => {
    const guild = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(String);
    fc.assert(
      fc.property(guild, fc.integer({ min: 1, max: 64 }), (id, shards) => {
        const shard = shardOf(id, shards);
        return shard >= 0 && shard < shards && BigInt(shard) === (BigInt(id) >> 22n) % BigInt(shards);
      }),
    );
    expect(shardOf(null, 7)).toBe(0);
  });
});

describe('permissions', () => {
  const scene = (overwrites: (ids: { guild: string; role: string; user: string }) => Overwrite[]) => {
    const world = createWorld('Bot');
    const guild = given([...world.guilds.values()][0]);
    const member = given(peopleOf(world, guild).find(({ roles }) => roles.length > 0));
    const channel: GuildChannel = given(channelsOf(world, guild)[0]);
    const [role = ''] = member.roles;
    channel.overwrites = overwrites({ guild: guild.id, role, user: member.user.id });
    return { world, guild, member, channel, bits: () => channelPermissions(channel, member.user.id, 0) };
  };
  const send = PERMISSION.sendMessages;
  const overwrite = (id: string, type: 0 | 1, allow: bigint, deny: bigint): Overwrite => ({
    id,
    type,
    allow,
    deny,
  });

  it.each([
    ['everyone denied', [1, 0, 0], false],
    ['everyone denied, a role allowed', [1, 2, 0], true],
    ['a role allowed, the member denied', [0, 2, 1], false],
    ['a role denied, the member allowed', [0, 1, 2], true],
    ['nothing said', [0, 0, 0], true],
  ] as const)('of a channel with %s', (_what, [everyone, role, user], wanted) => {
    const say = (what: 0 | 1 | 2) => [what === 2 ? send : 0n, what === 1 ? send : 0n] as const;
    const { bits } = scene((ids) => [
      overwrite(ids.user, 1, ...say(user)),
      overwrite(ids.role, 0, ...say(role)),
      overwrite(ids.guild, 0, ...say(everyone)),
    ]);
    expect((bits() & send) !== 0n).toBe(wanted);
  });

  it('of owners and administrators are not cut by any channel, those of outsiders are none', () => {
    const { world, guild, member, channel, bits } = scene(({ guild: id }) => [
      overwrite(id, 0, 0n, ALL_PERMISSIONS),
    ]);
    expect(bits()).toBe(0n);
    expect(channelPermissions(channel, guild.ownerId, 0)).toBe(ALL_PERMISSIONS);
    given(guild.roles.get(given(member.roles[0]))).permissions = PERMISSION.administrator;
    expect(bits()).toBe(ALL_PERMISSIONS);
    const outsider = given([...world.users.keys()].find((id) => !guild.members.has(id)));
    expect(channelPermissions(channel, outsider, 0)).toBe(0n);
  });

  it('of somebody timed out are to look and to read', () => {
    const { member, channel } = scene(() => []);
    member.timedOutUntil = 100;
    const look = PERMISSION.viewChannel | PERMISSION.readHistory;
    expect(channelPermissions(channel, member.user.id, 99)).toBe(look);
    expect(channelPermissions(channel, member.user.id, 100) & send).toBe(send);
  });
});

describe('the size of an image', () => {
  it.each(['png', 'jpeg', 'webp', 'gif'] as const)('is read from a %s', async (format) => {
    const canvas = createCanvas(37, 21);
    canvas.getContext('2d').fillRect(0, 0, 37, 21);
    const data =
      format === 'gif' ? await canvas.encode('gif') : canvas.toBuffer(`image/${format}` as 'image/png'); // one overload a format
    expect(imageSize(data)).toEqual({ width: 37, height: 21 });
  });

  it('is empty for whatever is no image, and nothing makes it throw', () => {
    expect(imageSize(Buffer.from('hola'))).toEqual({});
    const starts = ['\x89PNG', 'GIF89a', '\xff\xd8', 'RIFF0000WEBPVP8X', ''].map((text) =>
      Buffer.from(text, 'latin1'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 64 }), (start, rest) => {
        imageSize(Buffer.concat([start, rest]));
      }),
    );
  });
});

describe('a larger world', () => {
  it('has as many more guilds and people, each with ids of its own, spread over shards', () => {
    const world = createWorld('Chispa', { guilds: 40, people: 120 });
    expect(world.guilds.size).toBe(42);
    const more = [...world.guilds.values()].slice(2);
    expect(more.map((guild) => peopleOf(world, guild).length)).toEqual(Array(40).fill(121));
    expect(world.users.size).toBe(2 + 4 + 40 * 121);
    expect([...world.channels.values()].filter(({ kind }) => kind === 'dm')).toHaveLength(4 + 40 * 121);
    expect(new Set(more.map(({ id }) => shardOf(id, 2)))).toEqual(new Set([0, 1]));
    const usual = createWorld('Chispa');
    expect([...usual.users.keys()].every((id) => world.users.has(id))).toBe(true);
  });
});
