import { ActivityType, type Client, Events, GatewayIntentBits } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { BoxOptions } from '../src/index.ts';
import { shardOf } from '../src/snowflake.ts';
import { connectRaw, identify, type RawGateway } from './raw-gateway.ts';
import { given, openStage, type Stage, until } from './stage.ts';

const IDENTIFY = 2;
const RESUME = 6;
const INVALID_SESSION = 9;

let stage: Stage;
const sockets: RawGateway[] = [];
const open = async (options: Partial<BoxOptions> = {}) => {
  stage = await openStage(options);
  return stage;
};
const raw = async (options?: Parameters<typeof connectRaw>[1]) => {
  const socket = await connectRaw(stage.box.gateway, options);
  sockets.push(socket);
  return socket;
};
const say = async (content: string) => {
  const [guild] = (await stage.state()).guilds;
  const { channels, members } = given(guild);
  await stage.post('/box/messages', { channel: channels[0]?.id, user: members[0]?.id, content });
};
const listening = {
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
};
const heard = (bot: Client) => {
  const contents: string[] = [];
  bot.on(Events.MessageCreate, ({ content }) => contents.push(content));
  return contents;
};
const once = (bot: Client, event: Events) => new Promise((resolve) => bot.once(event as string, resolve));

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.end();
  await stage.close();
});

describe('the gateway', () => {
  it('replays exactly what a resuming client missed', async () => {
    await open();
    const first = await raw();
    first.send(IDENTIFY, identify(stage.box.token));
    const ready = await first.event('READY');
    await first.find('two guilds', () => first.frames.filter(({ t }) => t === 'GUILD_CREATE').length === 2);
    await say('uno');
    const seq = given((await first.event('MESSAGE_CREATE')).s);
    await stage.post('/box/faults', { kind: 'drop-gateway' });
    expect(await first.closed).toBe(1006);
    await say('dos');
    await say('tres');
    const second = await raw();
    second.send(RESUME, { token: stage.box.token, session_id: ready.d.session_id, seq });
    await second.event('RESUMED');
    const events = second.frames.filter(({ op }) => op === 0);
    expect(events.map(({ t }) => t)).toEqual(['MESSAGE_CREATE', 'MESSAGE_CREATE', 'RESUMED']);
    expect(events.map(({ s }) => s)).toEqual([seq + 1, seq + 2, seq + 3]);
  });

  it('compresses a whole connection as one zlib stream', async () => {
    await open();
    const client = await raw({ compressed: true });
    client.send(IDENTIFY, identify(stage.box.token));
    await client.event('READY');
    for (let n = 0; n < 20; n++) await say(`número ${n}`);
    await client.find('last message', ({ s }) => s === 23);
    const said = client.frames.filter(({ t }) => t === 'MESSAGE_CREATE');
    expect(said.map(({ s }) => s)).toEqual(Array.from({ length: 20 }, (_, n) => n + 4));
  });

  it.each([
    ['a bad token', (it: RawGateway) => it.send(IDENTIFY, identify('wrong')), 4004],
    [
      'a second identify',
      (it: RawGateway) => {
        it.send(IDENTIFY, identify(stage.box.token));
        it.send(IDENTIFY, identify(stage.box.token));
      },
      4005,
    ],
    ['a frame that is no JSON', (it: RawGateway) => it.sendText('{'), 4002],
    ['a command before identifying', (it: RawGateway) => it.send(3, { status: 'idle' }), 4003],
    [
      'an unknown opcode',
      (it: RawGateway) => {
        it.send(IDENTIFY, identify(stage.box.token));
        it.send(99, null);
      },
      4001,
    ],
    [
      'a shard beyond its count',
      (it: RawGateway) => it.send(IDENTIFY, identify(stage.box.token, { shard: [2, 2] })),
      4010,
    ],
    [
      'an unknown intent',
      (it: RawGateway) => it.send(IDENTIFY, identify(stage.box.token, { intents: 1 << 30 })),
      4013,
    ],
    [
      'a flood',
      (it: RawGateway) => {
        for (let n = 0; n < 121; n++) it.send(1, null);
      },
      4008,
    ],
  ])('closes on %s', async (_what, act, code) => {
    await open();
    const client = await raw();
    act(client);
    expect(await client.closed).toBe(code);
  });

  it('closes on an API version it does not speak, and on a sequence number from the future', async () => {
    await open();
    expect(await (await raw({ query: 'v=6' })).closed).toBe(4012);
    const first = await raw();
    first.send(IDENTIFY, identify(stage.box.token));
    const { d } = await first.event('READY');
    const second = await raw();
    second.send(RESUME, { token: stage.box.token, session_id: d.session_id, seq: 999 });
    expect(await second.closed).toBe(4007);
  });

  it('lets one identify a window in for each concurrency bucket', async () => {
    await open({ gateway: { identify: { maxConcurrency: 2, window: 60_000 } } });
    const clients = await Promise.all([raw(), raw(), raw()]);
    for (const [index, client] of clients.entries()) {
      client.send(IDENTIFY, identify(stage.box.token, { shard: [index, 3] }));
    }
    await given(clients[0]).event('READY');
    await given(clients[1]).event('READY');
    const refused = await given(clients[2]).find('refusal', ({ op }) => op === INVALID_SESSION);
    expect(refused.d).toBe(false);
  });

  it('takes a client that lets its heartbeats pass for dead', async () => {
    await open({ gateway: { heartbeatInterval: 50 } });
    const client = await raw();
    client.send(IDENTIFY, identify(stage.box.token));
    await client.event('READY');
    expect(await client.closed).toBe(4009);
  });

  it('keeps private what needs an intent', async () => {
    await open();
    const client = await raw();
    client.send(IDENTIFY, identify(stage.box.token));
    await client.event('READY');
    await say('secreto');
    expect((await client.event('MESSAGE_CREATE')).d).toMatchObject({ content: '', embeds: [] });
    const guild = (await client.event('GUILD_CREATE')).d;
    expect(guild.members).toHaveLength(1);
  });
});

describe('discord.js on the gateway', () => {
  it('loses and doubles nothing when its socket is cut', async () => {
    await open();
    const bot = await stage.bot(undefined, listening);
    const contents = heard(bot);
    await say('antes');
    const resumed = once(bot, Events.ShardResume);
    await stage.post('/box/faults', { kind: 'drop-gateway' });
    for (const word of ['uno', 'dos', 'tres']) await say(word);
    await resumed;
    await say('después');
    await until('last message', () => contents.includes('después'));
    expect(contents).toEqual(['antes', 'uno', 'dos', 'tres', 'después']);
  });

  it('resumes after op 7 and after a resumable op 9', async () => {
    await open();
    const bot = await stage.bot(undefined, listening);
    const contents = heard(bot);
    for (const fault of [{ kind: 'reconnect' }, { kind: 'invalid-session', resumable: true }]) {
      const resumed = once(bot, Events.ShardResume);
      await stage.post('/box/faults', fault);
      await say(fault.kind);
      await resumed;
      await until(fault.kind, () => contents.includes(fault.kind));
    }
    expect(contents).toEqual(['reconnect', 'invalid-session']);
  });

  it('identifies anew after an op 9 that is not resumable', async () => {
    await open();
    const bot = await stage.bot(undefined, listening);
    const contents = heard(bot);
    const ready = once(bot, Events.ShardReady);
    await stage.post('/box/faults', { kind: 'invalid-session' });
    await ready;
    await say('de vuelta');
    await until('message', () => contents.includes('de vuelta'));
    expect((await stage.state()).bot.online).toBe(true);
  });

  it('notices that its heartbeats are not answered, and resumes', async () => {
    await open({ gateway: { heartbeatInterval: 500 } });
    const bot = await stage.bot(undefined, listening);
    const resumed = once(bot, Events.ShardResume);
    await stage.post('/box/faults', { kind: 'ignore-heartbeat', count: 3 });
    await resumed;
  });

  it('is refused with a bad token', async () => {
    await open();
    await expect(stage.client().login(`${stage.box.token}x`)).rejects.toThrow(/token/i);
  });

  it('deals guilds to shards, and interactions to the shard of their guild', async () => {
    await open();
    const used: [string, number][] = [];
    const bot = await stage.bot(
      async (interaction) => {
        if (!interaction.inCachedGuild() || !interaction.isChatInputCommand()) return;
        used.push([interaction.guildId, interaction.guild.shardId]);
        await interaction.reply('hola');
      },
      { shards: [0, 1], shardCount: 2 },
    );
    await bot.application.commands.set([{ name: 'hola', description: 'Saluda' }]);
    const { guilds } = await stage.state();
    for (const { id, channels, members } of guilds) {
      const place = { guild: id, channel: channels[0]?.id, user: members[0]?.id };
      await stage.post('/box/commands', { ...place, name: 'hola' });
    }
    await until('two uses', () => used.length === 2);
    expect(new Set(used.map(([, shard]) => shard))).toEqual(new Set([0, 1]));
    for (const [guild, shard] of used) expect(shard).toBe(shardOf(guild, 2));
  });

  it('shows what the bot says it is doing', async () => {
    await open();
    const bot = await stage.bot();
    bot.user.setPresence({ status: 'idle', activities: [{ name: 'chistes', type: ActivityType.Listening }] });
    await until('activity', async () => (await stage.state()).bot.activity === 'chistes');
    await bot.destroy();
    await until('offline', async () => !(await stage.state()).bot.online);
  });

  it('fetches members by chunks', async () => {
    await open();
    const bot = await stage.bot(undefined, {
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers],
    });
    const guild = given(bot.guilds.cache.first());
    const members = await guild.members.fetch();
    expect(members.size).toBe(guild.memberCount);
    expect((await guild.members.fetch({ query: 'ana', limit: 5 })).map(({ user }) => user.username)).toEqual([
      'ana',
    ]);
  });
});
