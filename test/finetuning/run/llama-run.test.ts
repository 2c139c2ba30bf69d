import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openLocalEngine } from '../../../src/engine/local-engine.ts';
import type { TrainingEvent } from '../../../src/finetuning/run/events.ts';
import { performRun } from '../../../src/finetuning/run/perform.ts';
import { prepareRun } from '../../../src/finetuning/run/prepare.ts';
import { RECIPE_DEFAULTS, type TrainingSettings } from '../../../src/finetuning/settings.ts';
import { NEUTRAL_DEFAULTS } from '../../../src/lib/settings.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { type TinyLlama, tinyLlamaFolder } from '../../models/tiny-llama.ts';
import { temporaryFolder } from '../../models/tiny-model.ts';
import { someJokes } from '../tiny-model.ts';

vi.setConfig({ testTimeout: 300_000 }); // a busy machine takes long; nothing here waits for time

const MODELS: Record<string, TinyLlama> = {
  llama: { tokenizer: 'llama2', config: { max_position_embeddings: 128 } },
  qwen2: { tokenizer: 'qwen', config: { model_type: 'qwen2', tie_word_embeddings: true } },
  qwen3: { tokenizer: 'qwen', config: { model_type: 'qwen3', head_dim: 16, tie_word_embeddings: true } },
};

/** Trains on the jokes; the new model's folder, and what the run told. */
async function train(base: string, changes: Partial<TrainingSettings>) {
  const modelsDir = await temporaryFolder();
  const settings = { ...RECIPE_DEFAULTS.chispa, epochs: 3, learningRate: 1e-2, maxLength: 96, ...changes };
  const request = {
    base,
    modelsDir,
    name: 'nuevo',
    jokes: someJokes(40),
    corpus: 'test',
    settings,
    threads: 1,
  };
  const events: TrainingEvent[] = [];
  await performRun(await prepareRun(request), {
    emit: (event) => events.push(event),
    interrupted: () => false,
  });
  return { output: join(modelsDir, 'nuevo'), events };
}

const losses = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.event === 'step' ? [event.loss] : []));

async function greedy(model: string, adapter?: string): Promise<number[]> {
  const log = { info() {}, warn() {} };
  const engine = await openLocalEngine(model, {
    provider: 'cpu',
    threads: 1,
    slots: 2,
    precision: 'fp32',
    log,
  });
  const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy' as const, maxTokens: 24 };
  try {
    const prompt = { kind: 'text', text: 'Un perro' } as const;
    return (await engine.generate({ prompt, seed: 0, settings, ...(adapter ? { adapter } : {}) })).tokens;
  } finally {
    await engine.close();
  }
}

describe.each(Object.entries(MODELS))("training %s, of Llama's family", (_name, model) => {
  it('lowers the loss of all its weights and writes a model that can be opened', async () => {
    const base = await tinyLlamaFolder(model);
    const { output, events } = await train(base, { mode: 'full' });
    const all = losses(events);
    expect(all.at(-1)).toBeLessThan(0.95 * (all[0] ?? 0));
    const { config, weights } = await openModelFolder(output);
    expect(config).toEqual((await openModelFolder(base)).config);
    expect([...weights.tensors.keys()]).toContain('model.layers.1.self_attn.q_proj.weight');
  });

  it('trains an adapter that speaks as the model does that it was merged into', async () => {
    const base = await tinyLlamaFolder(model);
    const { output, events } = await train(base, { mode: 'lora', rank: 3, targets: ['all-linear'] });
    const all = losses(events);
    expect(all.at(-1)).toBeLessThan(all[0] ?? 0);
    const adapter = join(output, 'adapter');
    expect(JSON.parse(await readFile(join(adapter, 'adapter_config.json'), 'utf8'))).toMatchObject({
      fan_in_fan_out: false,
      target_modules: expect.arrayContaining(['self_attn.q_proj', 'mlp.down_proj']),
    });
    const merged = await greedy(output);
    expect(await greedy(base, adapter)).toEqual(merged);
    expect(await greedy(base)).not.toEqual(merged);
  });
});

it('an adapter for a layer that the model does not have is refused by name', async () => {
  const base = await tinyLlamaFolder(MODELS.llama ?? { tokenizer: 'llama2' });
  await expect(train(base, { mode: 'lora', targets: ['attn.c_attn'] })).rejects.toThrow(
    /no layer attn\.c_attn .*self_attn\.q_proj.*all-linear, attention-input/,
  );
});
