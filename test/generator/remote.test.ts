import type { REST } from 'discord.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findJoke, storeJoke } from '../../src/db/jokes.ts';
import { activeModel, ensureModelVersion, pinModel } from '../../src/db/models.ts';
import { jokes } from '../../src/db/schema.ts';
import { es } from '../../src/discord/messages/index.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { startRemoteEngine } from '../../src/engine/remote/engine.ts';
import { createActiveModel } from '../../src/generator/active-model.ts';
import { createAnswering } from '../../src/generator/answer.ts';
import { createBestOf } from '../../src/generator/best-of.ts';
import { createJudging } from '../../src/generator/judging.ts';
import { createSpareSlots } from '../../src/generator/spare-slots.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { createSafety } from '../../src/safety/safety.ts';
import { PLAN_DEFAULTS } from '../../src/trainer/options.ts';
import { beginVersion } from '../../src/trainer/version.ts';
import { silent } from '../databases.ts';
import { onOneBackend } from '../db/backends.ts';
import { aModel, GUILD, insert, newJoke } from '../db/samples.ts';
import { completionsServer, event, streamed } from '../engine/completions-server.ts';

interface Message {
  body: { content?: string; embeds?: { description?: string; footer?: { text: string } }[] };
  files?: { name: string }[];
}

describe('a generator with a server of models', () => {
  onOneBackend((backend) => {
    const db = () => backend().store.db;

    async function generator(answers: Parameters<typeof completionsServer>[0]) {
      const { store } = backend();
      const { url } = await completionsServer(answers);
      const engine = await startRemoteEngine({ url, log: silent, retryDelay: 1 });
      const active = await createActiveModel({ store, engine, initialFolder: engine.model, log: silent });
      const judging = createJudging({ db: store.db, engine, log: silent });
      onTestFinished(async () => {
        await judging.close();
        await active.close();
        await engine.close();
      });
      const sent: Message[] = [];
      const send = async (_route: string, message: Message) => ({ id: `${sent.push(message)}` });
      const rest = { patch: send, post: send } as unknown as REST; // the only methods used here
      const [safety, spare] = [createSafety(), createSpareSlots(2)];
      const { clock } = store;
      const toldLast = async () => [];
      const best = createBestOf({ engine, safety, clock, judging, spare, bestOf: 8, toldLast });
      const { answer } = createAnswering({
        ...{
          db: store.db,
          clock,
          engine,
          safety,
          rest,
          activeModel: active,
          judging,
          spare,
          best,
          log: silent,
        },
      });
      return {
        active,
        engine,
        sent,
        async answers(ask: Parameters<typeof insert>[1]) {
          const { id } = await insert(store.db, ask);
          await answer(
            { requestId: id, deadline: Date.now() + 60_000, attempt: 0, isHeld: () => true },
            new AbortController().signal,
          );
          return sent.at(-1);
        },
      };
    }
    const onlyJoke = async () => (await db().select().from(jokes))[0];

    it('tells its jokes, and shows what the server considered', async () => {
      const logprobs = { tokens: ['Uno.'], token_logprobs: [-1], top_logprobs: [{ 'Uno.': -1, Dos: -0.5 }] };
      const { answers, sent } = await generator([
        (_, response) => {
          response.setHeader('content-type', 'text/event-stream');
          response.end(event('Uno.', { logprobs, finish_reason: 'stop' }));
        },
      ]);
      const told = await answers({});
      expect(told?.body.embeds?.[0]).toMatchObject({
        description: 'Uno.',
        footer: { text: expect.stringMatching(/model(?!.*server)/) },
      });
      const { id = '' } = (await onlyJoke()) ?? {};
      expect(await findJoke(db(), id)).toMatchObject({
        ...{ text: 'Uno.', tokens: [], promptTokens: [], precision: 'server', finish: 'end' },
        thoughts: [{ chosen: { text: 'Uno.' }, choices: [{ text: 'Dos' }, { text: 'Uno.' }] }],
      });
      const shown = await answers({ ask: { kind: 'steps', jokeId: id } });
      expect(shown?.files).toMatchObject([{ name: 'pasos.png' }]);
      expect(JSON.stringify(shown?.body)).not.toContain('npx chispa'); // nothing here could tell it again
      expect(sent.length).toBeGreaterThan(1);
    });

    it('says so where the server does not tell what it considered', async () => {
      const { answers } = await generator([streamed(['Uno.'])]);
      await answers({});
      const { id = '' } = (await onlyJoke()) ?? {};
      const shown = await answers({ ask: { kind: 'steps', jokeId: id } });
      expect(JSON.stringify(shown?.body)).toContain(es.refusal.stepsUntold);
    });

    it('cannot think through what a model of this machine told', async () => {
      const { name, sha256, manifest } = await openModelFolder(bundledModelPath);
      const here = { name, sha256, files: manifest.files, folder: bundledModelPath };
      const local = await ensureModelVersion(db(), { ...here, kind: 'bundled' });
      const { id } = await storeJoke(db(), newJoke((await insert(db())).id, local.id));
      const { answers } = await generator([streamed(['Uno.'])]);
      const shown = await answers({ ask: { kind: 'steps', jokeId: id } });
      expect(JSON.stringify(shown?.body)).toContain(es.refusal.modelElsewhere(name));
    });

    it('has its model answer everybody as long as ENGINE names it, and trains nothing meanwhile', async () => {
      const local = await aModel(db());
      await pinModel(db(), GUILD, 'mod', local.id);
      const { active, engine } = await generator([streamed(['Uno.'])]);
      expect(await activeModel(db())).toMatchObject({ folder: engine.model, name: 'model' });
      expect((await active.get(null)).version.name).toBe('model');
      expect((await active.get(GUILD)).version.name).toBe('model');
      const learning = { ...PLAN_DEFAULTS, db: db() } as Parameters<typeof beginVersion>[0];
      await expect(beginVersion(learning, 'host', 'test')).rejects.toMatchObject({ code: 'model-elsewhere' });

      const { name, sha256, files } = local;
      const loaded = { model: bundledModelPath, name, sha256, files, context: 256 };
      const here = { load: async () => loaded } as unknown as Engine; // the only method used here
      const { store } = backend();
      const after = await createActiveModel({
        store,
        engine: here,
        initialFolder: bundledModelPath,
        log: silent,
      });
      expect(await activeModel(db())).toMatchObject({ id: local.id, status: 'active' });
      await after.close();
    });
  });
});
