import { describe, expect, it } from 'vitest';
import { checkDecoder, hasEffect, idleNote } from '../../commands/ajustar/decoder.ts';
import { Refusal } from '../../src/bot/refusal.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import { BOT_DEFAULTS, type DecoderSettings } from '../../src/lib/settings.ts';

const model = { name: 'mini-es', context: 256 };

describe('a change of decoder settings', () => {
  /** What a moderator is told; nothing when it is simply done. */
  function told(
    named: Partial<DecoderSettings>,
    { before = {}, messages = es }: { before?: Partial<DecoderSettings>; messages?: typeof es } = {},
  ): { refused?: string; note?: string } {
    const after = { ...BOT_DEFAULTS, ...before, ...named };
    try {
      checkDecoder(named, after, model);
    } catch (error) {
      if (error instanceof Refusal) return { refused: error.say(messages) };
      throw error;
    }
    const note = idleNote(named, after, messages);
    return note ? { note } : {};
  }

  it.each<[Partial<DecoderSettings>]>([
    [{ temperature: 1.2, topK: 40, topP: 0.9 }],
    [{ decoder: 'epsilon-greedy', epsilon: 0.2, temperature: 0.7 }],
    [{ decoder: 'epsilon-greedy', epsilon: 1 }],
    [{ decoder: 'greedy', repetitionPenalty: 1.2, maxTokens: 256 }],
    [{ topK: 1 }],
  ])('is made without a word where all of it counts: %o', (named) => {
    expect(told(named)).toEqual({});
  });

  it.each<[Partial<DecoderSettings>, string]>([
    [{ decoder: 'greedy', temperature: 1.2 }, 'Con el decodificador «voraz» `temperatura` no cuenta.'],
    [
      { decoder: 'greedy', temperature: 1.2, topK: 5, epsilon: 0.1 },
      'Con el decodificador «voraz» `temperatura`, `top_k` y `epsilon` no cuentan.',
    ],
    [{ decoder: 'sampling', epsilon: 0.3 }, 'Con el decodificador «muestreo» `epsilon` no cuenta.'],
    [
      { decoder: 'epsilon-greedy', epsilon: 1, topP: 0.5 },
      'Con `epsilon` en 1 gana siempre lo más probable, así que `top_p` no cuenta.',
    ],
    [
      { topK: 1, temperature: 2 },
      'Con `top_k` en 1 solo queda un candidato, así que `temperatura` no cuenta.',
    ],
  ])('is refused where it contradicts itself: %o', (named, why) => {
    expect(told(named)).toEqual({ refused: `${why} ${es.settings.idle.refused}` });
  });

  it('matters unless nothing of it counts', () => {
    const matters = (named: Partial<DecoderSettings>) => hasEffect(named, { ...BOT_DEFAULTS, ...named });
    expect(matters({ epsilon: 0.3 })).toBe(false);
    expect(matters({ epsilon: 0.3, maxTokens: 20 })).toBe(true);
    expect(matters({ temperature: 1.5 })).toBe(true);
  });

  it('is made, with a word, where what was set before makes it idle', () => {
    expect(told({ temperature: 1.5 }, { before: { decoder: 'greedy' } })).toEqual({
      note: 'Con el decodificador «voraz» `temperatura` no cuenta.',
    });
    expect(told({ epsilon: 0.3 })).toEqual({ note: 'Con el decodificador «muestreo» `epsilon` no cuenta.' });
    expect(told({ topP: 0.3 }, { before: { topK: 1 } }).note).toContain('`top_k` en 1');
  });

  it('is refused beyond what the model can see, and tells how much that is', () => {
    expect(told({ maxTokens: 257 })).toEqual({
      refused:
        'La versión mini-es lee como mucho 256 tokens (trozos de palabra) a la vez: `máximo` puede ir de 1 a 256.',
    });
    expect(told({ maxTokens: 256 })).toEqual({});
    const unknown = { name: 'otro', context: null };
    expect(() => checkDecoder({ maxTokens: 1024 }, BOT_DEFAULTS, unknown)).not.toThrow();
  });

  it('is told about in English too', () => {
    expect(told({ decoder: 'greedy', temperature: 1, topK: 2 }, { messages: en as typeof es }).refused).toBe(
      `With the greedy decoder \`temperature\` and \`top_k\` have no effect. ${en.settings.idle.refused}`,
    );
  });
});
