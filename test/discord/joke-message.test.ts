import { expect, it } from 'vitest';
import { footerText, writingMessage } from '../../src/discord/joke-message.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import { BOT_DEFAULTS, type DecoderSettings } from '../../src/lib/settings.ts';

const footer = (settings: Partial<DecoderSettings>, m = es) =>
  footerText(
    { model: 'mini-es', precision: 'q8', voiced: false, settings: { ...BOT_DEFAULTS, ...settings }, seed: 7 },
    m,
  );

it('names all that it takes to tell the joke again, and no more', () => {
  expect(footer({})).toBe('mini-es · temperatura 0,8 · semilla 7');
  expect(footer({ temperature: 0.8125, topK: 40, topP: 0.9, repetitionPenalty: 1.2, maxTokens: 64 })).toBe(
    'mini-es · temperatura 0,8125 · topK 40 · topP 0,9 · penalización 1,2 · máximo 64 · semilla 7',
  );
  // ε decides between greedy and sampling; the temperature shapes the sampling.
  expect(footer({ decoder: 'epsilon-greedy', epsilon: 0.25, temperature: 1.5 }, en)).toBe(
    'mini-es · ε = 0.25 · temperature 1.5 · seed 7',
  );
  expect(footer({ decoder: 'greedy', temperature: 1.5, topP: 0.5, repetitionPenalty: 1.5 }, en)).toBe(
    'mini-es · greedy · penalty 1.5 · seed 7',
  );
});

it.each([
  ['Va un gato al médico.', 'Chiste sobre gatos'],
  ['Va un pato al médico.', 'Chiste'],
])('titles a joke after its theme only where it mentions that (%s)', (text, title) => {
  expect(writingMessage({ text, theme: 'gatos' }, es).embeds?.[0]?.title).toBe(title);
});

it('names a voice, and a precision other than the usual', () => {
  const making = { model: 'mini-es', settings: BOT_DEFAULTS, seed: 7 };
  expect(footerText({ ...making, precision: 'q4', voiced: true }, es)).toBe(
    'mini-es con voz propia · q4 · temperatura 0,8 · semilla 7',
  );
});
