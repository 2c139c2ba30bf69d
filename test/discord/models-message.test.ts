import { EmbedBuilder } from 'discord.js';
import { describe, expect, it } from 'vitest';
import type { RatedModel } from '../../src/db/models.ts';
import type { GeneratorReport } from '../../src/db/schema.ts';
import { en, es, type Messages } from '../../src/discord/messages/index.ts';
import { modelListMessage } from '../../src/discord/models-message.ts';

type Place = Pick<GeneratorReport, 'provider' | 'reason'>;

/** The lines of the list. */
function linesOf(
  models: readonly RatedModel[],
  generators: readonly (Place | null)[],
  messages: Messages,
): string[] {
  const state = { paused: false, learningSince: undefined, newVotes: 2, generators };
  const { embeds } = modelListMessage(models, state, { pinnedId: null, isHost: false }, messages);
  const embed = embeds?.[0];
  return embed instanceof EmbedBuilder ? (embed.data.description ?? '').split('\n') : [];
}

/** What the list says of where jokes are written. */
const placesIn = (generators: readonly (Place | null)[], messages: Messages): string[] =>
  linesOf([], generators, messages).filter((line) => line.startsWith('⚙️'));

it('the list of versions speaks of the last time it learned only once there was one', () => {
  const version = (kind: RatedModel['kind']) =>
    ({
      id: 1,
      name: 'mini-es',
      kind,
      status: 'kept',
      jokes: 0,
      votes: 0,
      mean: null,
      pins: 0,
      createdAt: new Date(),
    }) as RatedModel;
  expect(linesOf([version('bundled')], [], es)).toContain(es.learning.models.firstVotes(2));
  expect(linesOf([version('trained')], [], es)).toContain(es.learning.models.newVotes(2));
});

describe('the list of versions says where they write, and why', () => {
  const measured = { why: 'measured', gpu: 3.14, cpu: 5.2 } as const;

  it.each<[Place, string, string]>([
    [
      { provider: 'webgpu', reason: measured },
      '⚙️ Escribo con la GPU: un paso de 8 chistes tarda 3,1 ms en la GPU y 5,2 ms en la CPU.',
      '⚙️ I write on the GPU: a step of 8 jokes takes 3.1 ms on the GPU and 5.2 ms on the CPU.',
    ],
    [
      { provider: 'cpu', reason: { why: 'no-gpu' } },
      '⚙️ Escribo con la CPU: aquí no hay GPU.',
      '⚙️ I write on the CPU: there is no GPU here.',
    ],
    [
      { provider: 'cpu', reason: { why: 'failed' } },
      '⚙️ Escribo con la CPU: la GPU no ha podido con mi modelo.',
      '⚙️ I write on the CPU: the GPU could not run my model.',
    ],
    [{ provider: 'webgpu' }, '⚙️ Escribo con la GPU.', '⚙️ I write on the GPU.'],
    [{ provider: 'server' }, '⚙️ Escribo con un servidor de modelos.', '⚙️ I write on a model server.'],
  ])('%o', (place, spanish, english) => {
    expect(placesIn([place], es)).toEqual([spanish]);
    expect(placesIn([place], en)).toEqual([english]);
  });

  it('once for all generators that do the same, and not for older ones, which do not tell', () => {
    const places = [{ provider: 'cpu' }, null, { provider: 'cpu' }, { provider: 'webgpu' }];
    expect(placesIn(places, en)).toEqual(['⚙️ I write on the CPU.', '⚙️ I write on the GPU.']);
  });
});
