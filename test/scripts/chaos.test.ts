import type { SeenMessage } from 'discord-in-a-box';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../bench/chaos/follow.ts';
import { es } from '../../src/discord/messages/index.ts';

const message = (more: Partial<SeenMessage>): SeenMessage => ({
  ...{ id: '1', channel_id: '2', content: '', flags: 0, author: { id: '3' }, embeds: [], components: [] },
  ...{ edits: 0, interaction: 'asked' },
  ...more,
});
const stars = { components: Array.from({ length: 5 }, (_, i) => ({ custom_id: `${i}` })) };
const growing = (description: string) => message({ embeds: [{ description }] });
const whole = (description: string, more: Partial<SeenMessage> = {}) =>
  message({ embeds: [{ description }], components: [stars], ...more });

describe('what the chaos run counts', () => {
  const heardFrom = (...messages: SeenMessage[]) => {
    const ledger = createLedger();
    for (const one of messages) ledger.shown(one);
    return ledger.of('asked');
  };
  const texts = (...messages: SeenMessage[]) => heardFrom(...messages).answers.map(({ text }) => text);

  it('one answer, however often its message is edited afterwards', () => {
    const { answers, covered } = heardFrom(
      message({ flags: 128 }),
      message({ content: es.waiting(3, 0) }),
      message({ content: es.joke.thinking }),
      growing('Un pato'),
      whole('Un pato entra.'),
      whole('Un pato entra.', { edits: 3 }),
    );
    expect(answers).toMatchObject([{ joke: true, text: 'Un pato entra.' }]);
    expect(covered).toBe(0);
  });

  it('a second answer: another message, another text, or a joke after a sentence', () => {
    expect(texts(whole('Uno.'), whole('Uno.', { id: '9' }))).toHaveLength(2);
    expect(texts(whole('Uno.'), whole('Otro.'))).toHaveLength(2);
    expect(texts(message({ content: es.failure.expired }), whole('Uno.'))).toHaveLength(2);
  });

  it('a finished joke that a late edit covers', () => {
    expect(heardFrom(whole('Uno.'), growing('Un')).covered).toBe(1);
  });

  it('no placeholder as a word, and no notice as an answer', () => {
    expect(heardFrom(message({ flags: 128 })).wordAt).toBeUndefined();
    const { wordAt, answeredAt } = heardFrom(message({ content: es.failure.slow, flags: 64 }));
    expect(wordAt).toBeDefined();
    expect(answeredAt).toBeUndefined();
  });

  it('that Discord had to say that nobody responds', () => {
    const ledger = createLedger();
    ledger.failed('asked');
    expect(ledger.of('asked')).toMatchObject({ unheard: true, answers: [] });
  });
});
