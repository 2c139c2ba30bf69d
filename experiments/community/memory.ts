import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import type { EngineClient } from '../../src/engine/client.ts';
import type { GenerationResult } from '../../src/engine/engine.ts';
import { linesOf } from './lines.ts';

/** The engine, except that it tells a joke only once. `onTold` is called for each joke, told or remembered. */
export type Remembering = (
  engine: EngineClient,
  onTold: (model: string, text: string) => void,
) => EngineClient;

/**
 * A joke follows from model, seed and settings, so what was told need not be told again: the gate has the same models tell the
 * same seeds in every round, and all arms begin with the same model. The jokes of that one, `model`, are kept in `file` for
 * the other arms.
 */
export async function createMemory(model: string, file: string): Promise<Remembering> {
  const told = new Map<string, Promise<GenerationResult>>();
  const kept = existsSync(file) ? await readFile(file, 'utf8') : '';
  for (const { request, result } of linesOf<{ request: string; result: GenerationResult }>(kept))
    told.set(`${model} ${request}`, Promise.resolve(result));

  return (engine, onTold) => ({
    ...engine,
    async generate({ model: folder, ...rest }, options) {
      const request = JSON.stringify(rest);
      const key = `${folder} ${request}`;
      const telling = told.get(key) ?? tell();
      told.set(key, telling);
      const result = await telling;
      onTold(folder, result.text);
      return result;

      async function tell(): Promise<GenerationResult> {
        const result = await engine.generate({ model: folder, ...rest }, options);
        if (folder === model) await appendFile(file, `${JSON.stringify({ request, result })}\n`);
        return result;
      }
    },
  });
}
