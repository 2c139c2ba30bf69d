import { expect, it } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import { historyMessage } from '../../src/discord/settings-message.ts';

it('the history of a setting fits a line: names, not explanations', () => {
  const change = { changedBy: '7', changedAt: new Date(60_000) };
  const changes = [
    { ...change, before: { adventure: 'balanced' as const }, after: { adventure: 'bold' as const } },
    { ...change, changedBy: null, before: { modelVersionId: 3 }, after: { modelVersionId: null } },
  ];
  const { embeds = [] } = historyMessage(changes, new Map([[3, 'mini-es']]), es);
  expect(JSON.parse(JSON.stringify(embeds))[0].description).toBe(
    '<t:60:R> · <@7> · Aventura: normal → mucha\n<t:60:R> · — · Versión: mini-es → la activa',
  );
});
