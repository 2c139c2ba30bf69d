import { describe, expect, it } from 'vitest';
import { preferenceRows } from '../../../src/trainer/policy/preferences.ts';
import type { RatedJoke } from '../../../src/trainer/policy/vote-model.ts';
import { ratedJoke } from './samples.ts';

const GOOD = [5, 5, 4, 5];
const FAIR = [3, 4, 3, 3];
const BAD = [1, 2, 1, 1];

/** `count` jokes of each kind in a guild. */
const community = (count: number, given: Partial<RatedJoke> = {}): RatedJoke[] =>
  Array.from({ length: count }, (_, i) =>
    Object.entries({ good: GOOD, fair: FAIR, bad: BAD }).map(([kind, scores]) => {
      const id = `${kind} ${i} of ${given.guildId ?? 'g'}`;
      return ratedJoke({ guildId: 'g', ...given, id, text: id, scores });
    }),
  ).flat();

describe('rated jokes for other trainers', () => {
  it('are prompts with liked completions, for SFT', () => {
    const rows = preferenceRows(
      [...community(10), ...community(10, { guildId: 'h', theme: 'gatos' })],
      'trl-sft',
    );
    expect(rows).toContainEqual({ prompt: 'Cuéntame un chiste.', completion: 'good 0 of g' });
    expect(rows).toContainEqual({ prompt: 'Cuéntame un chiste sobre gatos.', completion: 'good 9 of h' });
    expect(JSON.stringify(rows)).not.toContain('bad');
    for (const row of rows) expect(Object.keys(row)).toEqual(['prompt', 'completion']);
  });

  it('are labeled liked or not, without those in between, for KTO', () => {
    const rows = preferenceRows(community(10), 'trl-kto');
    expect(rows.filter((row) => 'label' in row && row.label)).toHaveLength(10);
    expect(rows.filter((row) => 'label' in row && !row.label)).toHaveLength(10);
    expect(rows).toContainEqual({ prompt: 'Cuéntame un chiste.', completion: 'bad 3 of g', label: false });
    expect(JSON.stringify(rows)).not.toContain('fair');
  });

  it('are pairs of one guild and one prompt, the better one chosen, for DPO', () => {
    const jokes = [
      ...community(10),
      ...community(10, { guildId: 'h' }),
      ...community(10, { guildId: 'h', theme: 'gatos' }).map((joke) => ({
        ...joke,
        text: `${joke.text}, gatos`,
      })),
    ];
    const rows = preferenceRows(jokes, 'trl-dpo');
    expect(rows).toHaveLength(30);
    const place = (text: string) => text.replace(/^\w+ \d+ of /, '');
    for (const row of rows) {
      if (!('chosen' in row)) throw new Error('no pair');
      expect(row.chosen).toMatch(/^good/);
      expect(row.rejected).toMatch(/^bad/);
      expect(place(row.chosen)).toBe(place(row.rejected));
      expect(row.prompt.includes('gatos')).toBe(row.chosen.endsWith('gatos'));
    }
    const used = rows.flatMap((row) => ('chosen' in row ? [row.chosen, row.rejected] : []));
    expect(new Set(used).size).toBe(used.length);
  });

  it('are none where the votes tell nothing', () => {
    const same = Array.from({ length: 40 }, (_, i) => ratedJoke({ id: `${i}`, scores: [4, 4, 4] }));
    expect(preferenceRows(same, 'trl-dpo')).toEqual([]);
    expect(preferenceRows(same, 'trl-kto')).toEqual([]);
    for (const format of ['trl-sft', 'trl-kto', 'trl-dpo'] as const)
      expect(preferenceRows([], format)).toEqual([]);
  });

  it('count a house joke once, with the votes of every guild', () => {
    const told = ['g', 'h', 'i'].map((guildId) =>
      ratedJoke({
        id: `casa in ${guildId}`,
        guildId,
        scores: GOOD,
        houseId: 'casa-1',
        modelVersionId: null,
        text: 'casa',
      }),
    );
    const rows = preferenceRows([...told, ...community(10)], 'trl-sft');
    expect(rows.filter((row) => 'completion' in row && row.completion === 'casa')).toHaveLength(1);
  });
});
