import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { openLocalEngine } from '../../../src/engine/local-engine.ts';
import { NEUTRAL_DEFAULTS } from '../../../src/lib/settings.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { furthest, openModel } from '../../engine/open-model.ts';
import { temporaryFolder, tinyTokenizer } from '../tiny-model.ts';
import { importInto } from './source-folder.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const fixture = (path: string) => new URL(`../../fixtures/imported-models/${path}`, import.meta.url);
const golden = z
  .record(
    z.string(),
    z.object({
      prompt: z.array(z.number()),
      greedy: z.array(z.number()),
      positions: z.array(z.number()),
      logits: z.array(z.array(z.number())),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../golden/imported_models.json', import.meta.url), 'utf8')));

async function importFixture(name: string): Promise<string> {
  const source = await temporaryFolder();
  for (const file of ['config.json', 'pytorch_model.bin'])
    await copyFile(fixture(`${name}/${file}`), join(source, file));
  await writeFile(join(source, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  const { imported, error } = await importInto(source);
  if (!imported) throw error;
  return imported.path;
}

describe.each(Object.entries(golden))(
  '%s, imported from a PyTorch file',
  (name, { prompt, greedy, positions, logits }) => {
    it('gives the logits of transformers', async () => {
      const { read, config, session } = await openModel(await importFixture(name));
      const all = await read([...prompt, ...greedy]);
      const expected = logits.flat();
      const own = positions.flatMap((i) => [
        ...all.subarray(i * config.vocabSize, (i + 1) * config.vocabSize),
      ]);
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(3); // the model is not trivial
      expect(furthest(own, expected)).toBeLessThan(1e-4);
      await session.release();
    });

    it('continues greedily with the same 64 tokens as transformers', async () => {
      const path = await importFixture(name);
      const engine = await openLocalEngine(path, {
        provider: 'cpu',
        threads: 1,
        slots: 1,
        precision: 'fp32',
        log: { info() {}, warn() {} },
      });
      // The tokenizer's vocabulary is bytes, so any prompt with ids below 256 could be text; here it is given as ids.
      const { tokenizer } = await openModelFolder(path);
      const text = tokenizer.decode(prompt);
      expect(greedy).toHaveLength(64);
      const settings = { ...NEUTRAL_DEFAULTS, decoder: 'greedy' as const, maxTokens: 64 };
      const { tokens, promptTokens } = await engine.generate({
        prompt: { kind: 'text', text },
        settings,
        seed: 1,
      });
      expect(promptTokens).toEqual(prompt);
      expect(tokens).toEqual(greedy);
      await engine.close();
    });
  },
);
