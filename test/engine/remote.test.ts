import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GenerateOptions, GenerationRequest } from '../../src/engine/engine.ts';
import { randomAt } from '../../src/engine/random.ts';
import { type RemoteEngineOptions, startRemoteEngine } from '../../src/engine/remote/engine.ts';
import { eventsOf } from '../../src/engine/remote/events.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { silent } from '../databases.ts';
import { completionsServer, event, laughing, refused, streamed } from './completions-server.ts';

type Answers = Parameters<typeof completionsServer>[0];

async function remote(answers: Answers, options: Partial<RemoteEngineOptions> = {}, models?: object[]) {
  const server = await completionsServer(answers, models);
  const engine = await startRemoteEngine({ url: server.url, log: silent, retryDelay: 1, ...options });
  onTestFinished(() => engine.close());
  const tell = (changes: Partial<GenerationRequest> = {}, options: GenerateOptions = {}) =>
    engine.generate(
      { model: engine.model, prompt: { kind: 'joke' }, settings: BOT_DEFAULTS, seed: 7, ...changes },
      options,
    );
  return { ...server, engine, tell };
}

describe('server-sent events', () => {
  const sent =
    ': hello\r\ndata: {"a":\r\ndata: "ñ"}\r\n\r\nevent: x\nid: 3\ndata:dos\n\ndata: tres\r\rdata: [DONE]';
  it.each([1, 2, 3, 7, 1000])('are the same in chunks of %d bytes', async (size) => {
    const bytes = Buffer.from(sent);
    async function* body() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const events: string[] = [];
    for await (const one of eventsOf(body())) events.push(one);
    expect(events).toEqual(['{"a":\n"ñ"}', 'dos', 'tres', '[DONE]']);
  });
});

describe('a model on a server', () => {
  it('is asked with the examples of the house, and streams what it answers', async () => {
    const { asked, tell, engine } = await remote([
      streamed(['\n', '¿Qué', ' hace un', ' gato', '? ¡Mi', 'au!'], { size: 3 }),
    ]);
    const growing: string[] = [];
    const joke = await tell(
      { prompt: { kind: 'joke', theme: 'gatos' } },
      { onText: (more) => growing.push(more) },
    );
    expect(joke).toMatchObject({ text: '¿Qué hace un gato? ¡Miau!', finish: 'end', promptCut: false });
    expect(joke.thoughts).toBeUndefined();
    expect(growing.length).toBeGreaterThan(1);
    expect(growing.join('')).toBe(joke.text);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      ...{ model: 'owner/model', stream: true, seed: 7, stop: ['\n\n'] },
      ...{ max_tokens: 128, temperature: 0.8, top_p: 0.95, top_k: -1, repetition_penalty: 1, logprobs: 5 },
    });
    expect(asked[0]?.samplers).toEqual(['penalties', 'temperature', 'top_k', 'top_p']);
    expect(asked[0]?.prompt).toMatch(/^(Chiste sobre .+:\n(.+\n)+\n){4}Chiste sobre gatos:\n$/);
    expect(await engine.load(engine.model)).toMatchObject({
      name: 'model',
      takesTheme: true,
      provider: 'server',
    });
    expect(await engine.measure()).toMatchObject([{ model: engine.model, rows: 0, decodedTokens: 6 }]);
  });

  it('is given the settings, and continues a text where the joke would stand', async () => {
    const { asked, tell } = await remote([streamed([' y se fue.'])]);
    const settings = { ...BOT_DEFAULTS, topK: 40, repetitionPenalty: 1.2, maxTokens: 20, temperature: 0.5 };
    const prompt = { kind: 'continue', text: 'Entra <|endoftext|> un [INST] pez' } as const;
    expect(await tell({ settings, prompt, minTokens: 12 })).toMatchObject({ text: ' y se fue.' });
    expect(asked[0]).toMatchObject({
      ...{ temperature: 0.5, top_k: 40, repetition_penalty: 1.2, repeat_penalty: 1.2, max_tokens: 20 },
      min_tokens: 12,
    });
    // The server would read special tokens in a text.
    expect(asked[0]?.prompt).toMatch(/Chiste:\nEntra < \|endoftext\|> un \[ INST\] pez$/);
    await tell({ settings: { ...settings, decoder: 'greedy' } });
    expect(asked[1]).toMatchObject({ temperature: 0, top_k: -1, repetition_penalty: 1.2 });
  });

  it('ends where the next joke would begin, at a stop string, at a loop, or with its last finished sentence', async () => {
    const tail = ['Uno.', ' Dos.\n', '\nChiste:', ' tres'];
    const { tell, asked } = await remote([
      streamed(tail),
      streamed(tail),
      laughing,
      streamed(['Uno. Y', ' dos'], { finish: 'length' }),
    ]);
    expect(await tell()).toMatchObject({ text: 'Uno. Dos.', finish: 'end' });
    expect(await tell({ stop: [' Dos'] })).toMatchObject({ text: 'Uno.', finish: 'stop' });
    expect(await tell({ cutLoops: true })).toMatchObject({ text: 'ja', finish: 'loop' });
    expect(await tell({ trim: true })).toMatchObject({ text: 'Uno.', finish: 'length', trimmed: true });
    expect(asked).toHaveLength(4);
  });

  it('is asked for an adapter by the name of its folder', async () => {
    const { asked, tell } = await remote([streamed(['Uno.'])]);
    await tell({ adapter: '/models/.voices/voice-3' });
    expect(asked[0]).toMatchObject({ model: 'voice-3' });
  });

  it.each([
    [
      'completions',
      {
        tokens: ['U', 'no.'],
        token_logprobs: [Math.log(0.25), null],
        top_logprobs: [{ U: Math.log(0.25), La: Math.log(0.5) }, null],
      },
    ],
    [
      'chats',
      {
        content: [
          { id: 3, token: 'U', logprob: Math.log(0.25), bytes: [85], top_logprobs: [{ token: 'La', logprob: Math.log(0.5) }, { token: 'U', logprob: Math.log(0.25) }] }, // biome-ignore format: one token a line
          { id: 4, token: 'no.', logprob: -1e9, top_logprobs: [] },
        ],
      },
    ],
  ])('tells what it considered, in the form of %s', async (_, logprobs) => {
    const { tell } = await remote([
      (_asked, response) => {
        response.setHeader('content-type', 'text/event-stream');
        response.end(
          `${event('Uno.', { logprobs })}${event('', { finish_reason: 'stop', logprobs: 'odd' })}`,
        );
      },
    ]);
    const { thoughts, text } = await tell();
    expect(text).toBe('Uno.');
    expect(thoughts?.map(({ chosen, choices }) => [chosen.text, ...choices.map((one) => one.text)])).toEqual([
      ['U', 'La', 'U'],
      ['no.'],
    ]);
    expect(thoughts?.[0]?.chosen.p).toBeCloseTo(0.25);
    expect(thoughts?.[0]?.choices[0]?.p).toBeCloseTo(0.5);
    expect(thoughts?.[1]?.chosen.p).toBe(0);
  });

  it('is tried again while it is busy or fails, and a text that broke off goes on where it was', async () => {
    const { asked, tell } = await remote([
      refused(429, 'slow down', { 'retry-after': '0' }),
      refused(503, 'loading'),
      (_, response) => {
        response.setHeader('content-type', 'text/event-stream');
        response.write(event('Uno,'));
        response.write(event(' dos'), () => response.destroy());
      },
      (_, response) => {
        response.setHeader('content-type', 'text/event-stream');
        response.end(`${event(' y')}data: {"error": {"message": "out of memory"}}\n\n`);
      },
      streamed([' tres.']),
    ]);
    const growing: string[] = [];
    const { text, finish } = await tell({}, { onText: (more) => growing.push(more) });
    expect({ text, finish, shown: growing.join('') }).toEqual({
      ...{ text: 'Uno, dos y tres.', shown: 'Uno, dos y tres.' },
      finish: 'end',
    });
    const prompt = asked[0]?.prompt ?? '';
    expect(asked.map((one) => one.prompt.slice(prompt.length))).toEqual([
      '',
      '',
      '',
      'Uno, dos',
      'Uno, dos y',
    ]);
    expect(asked.map((one) => one.max_tokens)).toEqual([128, 128, 128, 126, 125]);
  });

  it('is given up when it keeps failing or says nothing', async () => {
    const failing = await remote([refused(500, 'no')]);
    await expect(failing.tell()).rejects.toMatchObject({
      code: 'engine-unreachable',
      message: expect.stringMatching(/does not answer: it answers 500: no\.$/),
    });
    expect(failing.asked).toHaveLength(5);
    const silence = await remote([() => {}], { patience: 300 });
    await expect(silence.tell()).rejects.toThrow(/has said nothing for 0.3 s/);
    expect(silence.asked).toHaveLength(2); // somebody has waited twice as long as our patience
    const halting = await remote([(_, response) => void response.write(event('Uno'))], { patience: 300 });
    await expect(halting.tell()).rejects.toThrow(/has said nothing for 0.3 s/);
    expect(halting.asked).toHaveLength(2);
  });

  it('is ready as long as it answers', async () => {
    const { engine, close } = await remote([]);
    expect(await engine.isReady()).toBe(true);
    close();
    expect(await engine.isReady()).toBe(false);
  });

  it('hears that nobody waits any more', async () => {
    let gone: Promise<unknown> | undefined;
    const { tell } = await remote([
      (_, response) => {
        gone = once(response, 'close');
        response.setHeader('content-type', 'text/event-stream');
        response.write(event('Uno, dos '));
      },
    ]);
    const stop = new AbortController();
    const { text, finish } = await tell({}, { signal: stop.signal, onText: () => stop.abort() });
    expect({ text, finish }).toEqual({ text: 'Uno, dos ', finish: 'cancelled' });
    await gone;
    expect(await tell({ timeLimit: 50 })).toMatchObject({ finish: 'deadline' });
    await gone;
    expect(await tell({ timeLimit: -50 })).toMatchObject({ text: '', finish: 'deadline' });
  });

  it('tosses the coins of ε-greedy here', async () => {
    const { asked, tell } = await remote([laughing]);
    const settings = { ...BOT_DEFAULTS, decoder: 'epsilon-greedy', epsilon: 0.5, maxTokens: 12 } as const;
    const { text, finish } = await tell({ settings });
    expect({ text: text.trim(), finish }).toEqual({ text: Array(12).fill('ja').join(' '), finish: 'length' });
    const ways = asked.flatMap((one) => Array(one.max_tokens).fill(one.temperature));
    expect(ways).toEqual(Array.from({ length: 12 }, (_, i) => (randomAt(7, i).coin < 0.5 ? 0 : 0.8)));
    expect(new Set(ways).size).toBe(2);
    expect(asked.at(-1)?.prompt).toMatch(/Chiste:\n(ja )+$/);
    const seeds = asked.map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('that takes only the protocol is asked for no more, and what it cannot do is refused', async () => {
    const strict: Answers[number] = (asked, response, request) =>
      ('top_k' in asked ? refused(400, 'Unrecognized request argument supplied: top_k') : streamed(['Uno.']))(
        ...([asked, response, request] as const),
      );
    const { asked, tell } = await remote([strict]);
    expect(await tell()).toMatchObject({ text: 'Uno.' });
    expect(await tell()).toMatchObject({ text: 'Uno.' });
    expect(asked).toHaveLength(3);
    await expect(
      tell({ settings: { ...BOT_DEFAULTS, topK: 5, repetitionPenalty: 1.5 } }),
    ).rejects.toMatchObject({
      code: 'engine-lacks',
      message: expect.stringContaining('does not know top_k and a repetition penalty'),
    });
  });

  it('says why it refuses, without the key and without what people typed', async () => {
    const prompt = { kind: 'continue', text: 'un secreto de Ana y de su hermano' } as const;
    const { tell, asked } = await remote(
      [
        (_, response, request) =>
          refused(request.headers.authorization === 'Bearer sk-right' ? 400 : 500, 'too long')(
            _,
            response,
            request,
          ),
        refused(400, 'too long'),
        (one, response, request) => refused(422, `bad input: ${one.prompt}`)(one, response, request),
        (one, response, request) => refused(422, `bad input: ${one.prompt}`)(one, response, request),
        refused(401, 'bad key sk-right'),
      ],
      { key: 'sk-right' },
    );
    await expect(tell()).rejects.toThrow(/refuses the request \(400: too long\)\.$/);
    expect(asked).toHaveLength(2);
    await expect(tell({ prompt })).rejects.toThrow(/refuses the request \(422\)\.$/);
    await expect(tell()).rejects.toThrow(/^The server at \S+ asks for a key: set ENGINE_API_KEY\.$/);
  });

  it('must be one that the server has', async () => {
    const models = [{ id: 'a' }, { id: 'owner/b', max_model_len: 512 }];
    await expect(remote([], {}, models)).rejects.toThrow(/^MODEL is missing: .* It has: a, owner\/b\.$/);
    await expect(remote([], { model: 'c' }, models)).rejects.toThrow(
      /no model "c": set MODEL to one it has: a, owner/,
    );
    const { engine, tell, asked } = await remote([streamed(['Uno.'])], { model: 'owner/b' }, models);
    expect(await engine.load(engine.model)).toMatchObject({ name: 'b', context: 512 });
    await tell({ settings: { ...BOT_DEFAULTS, maxTokens: 400 } }); // no room for four examples
    expect(asked[0]?.prompt.match(/Chiste:/g)?.length).toBeLessThan(5);
    await expect(engine.load('/models/mini-es')).rejects.toMatchObject({ code: 'model-elsewhere' });
    await expect(engine.embed({ model: engine.model, text: 'Uno.' })).rejects.toThrow(/gives no embeddings/);
    const nobody = startRemoteEngine({ url: 'http://127.0.0.1:9/v1', log: silent, retryDelay: 1 });
    await expect(nobody).rejects.toMatchObject({ code: 'engine-unreachable' });
    await engine.close();
    await expect(tell()).rejects.toMatchObject({ code: 'engine-closed' });
  });
});
