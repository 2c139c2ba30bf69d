import {
  DiscordAPIError,
  type GuildTextBasedChannel,
  HTTPError,
  type Interaction,
  RESTEvents,
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { matches } from '../src/faults.ts';
import { type GuildState, given, openStage, type Seen, type Stage, until } from './stage.ts';

let stage: Stage;
let guild: GuildState;
let channel: GuildTextBasedChannel;
let handle: (interaction: Interaction) => unknown = () => {};
let failure: unknown;

beforeEach(async () => {
  stage = await openStage();
  failure = undefined;
  const bot = await stage.bot(async (interaction) => {
    try {
      await handle(interaction);
    } catch (error) {
      failure = error;
    }
  });
  await bot.application.commands.set([{ name: 'prueba', description: 'Prueba' }]);
  guild = given((await stage.state()).guilds[0]);
  channel = given(bot.channels.cache.get(given(guild.channels[0]).id)) as GuildTextBasedChannel; // a guild's text channel
});
afterEach(async () => {
  expect(stage.validation.violations).toEqual([]);
  await stage.close();
});

const fault = (body: object) => stage.post('/box/faults', body);
const user = () => given(guild.members[1]).id;
const use = async () => {
  const body = { guild: guild.id, channel: channel.id, user: user(), name: 'prueba' };
  return (await stage.post<{ interaction: string }>('/box/commands', body)).interaction;
};
const said = async () =>
  (await stage.get<Seen[]>(`/box/messages?channel=${channel.id}&user=${user()}`)).map(
    ({ content }) => content,
  );
/** How long an action took, in ms, and what it threw. */
const timed = async (action: () => Promise<unknown>) => {
  const start = Date.now();
  const error = await action().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { took: Date.now() - start, error };
};

describe("AutoMod's refusal", () => {
  it('blocks a message, an edit and a follow-up that hold the word, and nothing else', async () => {
    await fault({ kind: 'automod', contains: 'caracol', count: 4 });
    const blocked = { code: 200_000, status: 400 };
    await channel.send('Una tortuga');
    await expect(channel.send('Un Caracol')).rejects.toMatchObject(blocked);
    const message = await channel.send('Una liebre');
    await expect(message.edit({ embeds: [{ description: 'Un caracol' }] })).rejects.toMatchObject(blocked);
    handle = async (one) => {
      if (!one.isChatInputCommand()) return;
      await one.deferReply();
      await expect(one.editReply('El caracol')).rejects.toMatchObject(blocked);
      await one.editReply('Nada');
      await one.followUp('Otro caracol');
    };
    await use();
    expect(await until('refusal', () => failure)).toMatchObject(blocked);
    expect(await said()).toEqual(['Una tortuga', 'Una liebre', 'Nada']);
    expect(await stage.get('/box/faults')).toEqual({ faults: [] });
  });

  it('blocks whatever is said next, but no acknowledgement without words', async () => {
    await fault({ kind: 'automod' });
    handle = async (one) => {
      if (!one.isChatInputCommand()) return;
      await one.deferReply();
      await one.editReply('Hola');
    };
    await use();
    expect(await until('refusal', () => failure)).toMatchObject({ code: 200_000 });
  });
});

describe('discord.js under faults', () => {
  it('waits as long as a 429 says, then sends once', async () => {
    await fault({ kind: 'rate-limit', route: 'POST /channels/*', ms: 1000 });
    const statuses: number[] = [];
    stage.box.onExchange(({ status }) => statuses.push(status));
    const { took, error } = await timed(() => channel.send('paciencia'));
    expect(error).toBeUndefined();
    expect(took).toBeGreaterThanOrEqual(950);
    expect(statuses).toEqual([429, 200]);
    expect(await said()).toEqual(['paciencia']);
  });

  it('waits for the global limit too', async () => {
    await fault({ kind: 'rate-limit', ms: 1000, global: true });
    const limited: boolean[] = [];
    channel.client.rest.on(RESTEvents.RateLimited, ({ global }) => limited.push(global));
    const { took } = await timed(() => channel.send('todos esperan'));
    expect(took).toBeGreaterThanOrEqual(950);
    expect(limited).toEqual([true]);
  });

  it('tries a 5xx again, three times', async () => {
    await fault({ kind: 'server-error', route: 'POST /channels/*', status: 502, count: 3 });
    await channel.send('a la cuarta');
    expect(await said()).toEqual(['a la cuarta']);
    await fault({ kind: 'server-error', count: 4 });
    expect((await timed(() => channel.send('nunca'))).error).toBeInstanceOf(HTTPError);
    expect(await said()).toEqual(['a la cuarta']);
    expect(await stage.get('/box/faults')).toEqual({ faults: [] });
  });

  it('gives up at once when its socket is cut, before or after the request took effect', async () => {
    await fault({ kind: 'cut-socket', route: 'POST /channels/*' });
    expect((await timed(() => channel.send('perdido'))).error).toMatchObject({ code: 'UND_ERR_SOCKET' });
    await fault({ kind: 'cut-socket', route: 'POST /channels/*', after: true });
    expect((await timed(() => channel.send('llegó'))).error).toMatchObject({ code: 'UND_ERR_SOCKET' });
    expect(await said()).toEqual(['llegó']);
  });

  it('waits for a slow answer', async () => {
    await fault({ kind: 'slow', ms: 300 });
    const { took, error } = await timed(() => channel.send('despacio'));
    expect(error).toBeUndefined();
    expect(took).toBeGreaterThanOrEqual(290);
  });

  it("throws Discord's errors", async () => {
    await fault({ kind: 'discord-error', code: 10008, route: 'POST /channels/*' });
    const { error } = await timed(() => channel.send('x'));
    expect(error).toBeInstanceOf(DiscordAPIError);
    expect(error).toMatchObject({ code: 10008, status: 404, message: 'Unknown Message' });
    await fault({ kind: 'discord-error', code: 160_002, status: 403 });
    expect((await timed(() => channel.send('x'))).error).toMatchObject({ code: 160_002, status: 403 });
  });

  it('meets expired tokens, now and for the next interactions', async () => {
    handle = async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply();
      await fault({ kind: 'expire-token' });
      await interaction.editReply('tarde');
    };
    const id = await use();
    await until('failure', () => failure);
    expect(failure).toMatchObject({ code: 50027 });
    expect(await stage.get(`/box/interactions/${id}`)).toMatchObject({
      state: 'failed',
      reason: 'unanswered',
    });

    failure = undefined;
    await fault({ kind: 'expire-token', count: 1 });
    handle = async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply();
      await interaction.editReply('según');
    };
    await use();
    await until('failure', () => failure);
    expect(failure).toMatchObject({ code: 50027 });
    failure = undefined;
    await fault({ kind: 'expire-token', route: 'PATCH /webhooks/*' });
    await use();
    await until('failure', () => failure);
    expect(failure).toMatchObject({ code: 50027 });
    await use();
    await until('last answer', async () => (await said()).includes('según'));
  });

  it('keeps to the buckets it is told of: five edits go at once, the sixth waits', async () => {
    const limited: string[] = [];
    stage.box.onExchange(({ status, path }) => status === 429 && limited.push(path));
    const message = await channel.send('0');
    const { took } = await timed(async () => {
      for (let n = 1; n <= 6; n++) await message.edit(`${n}`);
    });
    expect(took).toBeGreaterThan(3500);
    expect(limited).toEqual([]);
    expect(await said()).toEqual(['6']);
  });

  it('can be cleared', async () => {
    await fault({ kind: 'server-error', count: 1000 });
    await fetch(`${stage.box.url}/box/faults`, { method: 'DELETE' });
    await channel.send('limpio');
  });

  it.each([
    [{ kind: 'nada' }, /kind/],
    [{ kind: 'discord-error' }, /needs its code/],
    [{ kind: 'server-error', status: 404 }, /status/],
    [{ kind: 'slow', counts: 3 }, /counts/],
  ])('refuses %j with a sentence', async (body, sentence) => {
    const answer = await stage.send('POST', '/box/faults', body);
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringMatching(sentence)]);
  });
});

describe('rate limits', () => {
  const headers = () => ({ authorization: `Bot ${stage.box.token}`, 'content-type': 'application/json' });
  const post = () =>
    fetch(`${stage.box.api}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers: headers(),
      body: '{"content":"x"}',
    });

  it('count down in the headers and end in a 429', async () => {
    const answers = [];
    for (let n = 0; n < 6; n++) answers.push(await post());
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
    expect(answers.map((one) => one.headers.get('x-ratelimit-remaining'))).toEqual([
      '4',
      '3',
      '2',
      '1',
      '0',
      '0',
    ]);
    const last = given(answers.at(-1));
    expect(last.headers.get('x-ratelimit-scope')).toBe('user');
    expect(last.headers.get('x-ratelimit-bucket')).toBe(answers[0]?.headers.get('x-ratelimit-bucket'));
    expect(Number(last.headers.get('retry-after'))).toBe(5);
    expect(await last.json()).toMatchObject({ message: 'You are being rate limited.', global: false });
    await stage.post('/box/world', { action: 'move-clock', ms: 5000 });
    expect((await post()).status).toBe(200);
  });

  it('count all requests together', async () => {
    vi.useFakeTimers({ toFake: ['Date'] }); // however long they take, they arrive within a second
    onTestFinished(() => void vi.useRealTimers());
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => fetch(`${stage.box.api}/v10/guilds/${n}`, { headers: headers() })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
    expect(await refused[0]?.json()).toMatchObject({ global: true });
  });
});

describe('a route of a fault', () => {
  it.each([
    ['PATCH /webhooks/*', 'PATCH', '/webhooks/1/a/messages/@original', true],
    ['PATCH /webhooks/*', 'POST', '/webhooks/1/a', false],
    ['/interactions/*', 'POST', '/interactions/1/a/callback', true],
    ['/channels/*/messages', 'GET', '/channels/1/messages/2', false],
    ['DELETE', 'DELETE', '/anything', true],
    ['GET /a.b', 'GET', '/axb', false],
    ['/channels/:id/messages', 'POST', '/channels/1/messages', true],
    ['/channels/{channel.id}/messages', 'POST', '/channels/1/x/messages', false],
    ['post /interactions', 'POST', '/interactions/1/a/callback', true],
    ['/messages/@original', 'PATCH', '/webhooks/1/a/messages/@original', true],
  ])('%s against %s %s: %s', (route, method, path, wanted) => {
    expect(matches(route, method, path)).toBe(wanted);
  });
});
