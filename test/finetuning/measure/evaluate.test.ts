import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluate, jokeLoss, jokeLosses, natsPerByte } from '../../../src/finetuning/measure/evaluate.ts';
import { type ModelFolder, openModelFolder } from '../../../src/models/folder.ts';
import { houseRecipe } from '../../../src/prompt/few-shot.ts';
import { writeTinyModel } from '../tiny-model.ts';

let folder: string;
let model: ModelFolder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chispa-'));
  model = await openModelFolder(await writeTinyModel(join(folder, 'tiny')));
});
afterAll(() => rm(folder, { recursive: true }));

it('averages the loss over every predicted token, the end included', async () => {
  const [short, long] = ['ab', 'abcdefgh'];
  const [one, other] = [await jokeLoss(model, [short], 1), await jokeLoss(model, [long], 1)];
  const predicted = (text: string) => text.length + 1;
  const both = (one * predicted(short) + other * predicted(long)) / (predicted(short) + predicted(long));
  expect(await jokeLoss(model, [short, long], 1)).toBeCloseTo(both, 5);
  expect(one).not.toBeCloseTo(other, 3);
});

it("gives each joke's loss, alone or packed with others", async () => {
  const jokes = ['ab', 'abcdefgh', 'ba'.repeat(30), 'c', 'hgf'];
  const alone = await Promise.all(jokes.map((joke) => jokeLoss(model, [joke], 1)));
  const together = await jokeLosses(model, jokes, { threads: 1 });
  together.forEach((loss, i) => {
    expect(loss).toBeCloseTo(alone[i] ?? 0, 5);
  });
});

it('measures a base model below its examples, as it is served', async () => {
  const examples = ['ab', 'ba', 'hg', 'cd', 'fe', 'ah'].map((text) => ({ theme: 'a', text }));
  const recipe = { ...houseRecipe(2), joke: ':', separator: '\n', examples };
  const served = { ...model, manifest: { ...model.manifest, prompt: recipe } };
  const plain = { ...model, manifest: { ...model.manifest, prompt: { ...recipe, shots: 1, examples: [] } } };
  const [below, alone] = [await jokeLoss(served, ['ab'], 1), await jokeLoss(plain, ['ab'], 1)];
  expect(below).not.toBeCloseTo(alone, 3);
  expect(await jokeLosses(served, ['cd', 'ab'], { threads: 1 })).not.toContain(below); // other examples for the second
});

it('counts a loss by the bytes of the texts, whatever their tokens', async () => {
  const jokes = ['¿Qué?', 'Nada, nada, nada.']; // 7 and 17 bytes
  const means = await jokeLosses(model, jokes, { threads: 1 });
  const nats = jokes.map((joke, i) => (means[i] ?? Number.NaN) * (model.tokenizer.encode(joke).length + 1));
  expect(await natsPerByte(model, jokes, 1)).toBeCloseTo(((nats[0] ?? 0) + (nats[1] ?? 0)) / 24, 6);
});

it('combines the loss on a file with figures of what the model generates', async () => {
  const known = 'uno dos tres cuatro cinco seis siete ocho';
  const told = [known, 'otro 1', 'otro 2'].map((text) => ({ text, finish: 'end' as const }));
  const evaluation = await evaluate(model, {
    jokes: ['ab'],
    known: [known],
    told: [...told, { text: 'otro 3', finish: 'length' }],
    threads: 1,
  });
  expect(evaluation).toMatchObject({ model: 'tiny', recited: 0.25, selfEnding: 0.75, jokes: 1, samples: 4 });
  await expect(evaluate(model, { jokes: [], known: [], told, threads: 1 })).rejects.toMatchObject({
    code: 'no-jokes',
  });
  expect(evaluation.perplexity).toBeCloseTo(Math.exp(evaluation.loss), 9);
});
