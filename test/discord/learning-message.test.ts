import { describe, expect, it } from 'vitest';
import type { LearningEvent } from '../../src/db/learning.ts';
import type { TrainingRun } from '../../src/db/training-runs.ts';
import { learningMessage } from '../../src/discord/learning-message.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import type { GateReason } from '../../src/trainer/policy/gate.ts';

const run: TrainingRun = {
  id: 'b7e0d5fe-2f2e-4a51-9c0a-0d6a8f4b7c11',
  status: 'promoted',
  guildId: null,
  trigger: 'schedule',
  settings: {},
  corpus: null,
  evaluation: null,
  watch: null,
  note: 'for the host alone',
  startedAt: new Date(0),
  finishedAt: new Date(1),
  base: { id: 1, name: 'old' },
  former: { id: 1, name: 'old' },
  version: { id: 2, name: 'new_one' },
};
const event = (changes: Partial<LearningEvent> = {}): LearningEvent => ({
  ...{ id: 1, kind: 'run', run, details: {}, createdAt: new Date(2) },
  ...changes,
});
const embedOf = (changes: Partial<LearningEvent>, messages = en) =>
  learningMessage(event(changes), [], messages)?.body.embeds?.[0];

describe('what the log channels hear of learning', () => {
  it.each<[Partial<LearningEvent>, string | undefined]>([
    [{}, en.learning.log.promoted.title],
    [{ run: { ...run, status: 'rejected' } }, en.learning.log.rejected.title],
    [{ run: { ...run, status: 'trial' } }, en.learning.log.trial.title],
    [{ run: { ...run, status: 'failed', version: null } }, en.learning.log.failed.title],
    [{ run: { ...run, status: 'refused', version: null } }, en.learning.log.refused.title],
    [{ run: { ...run, status: 'refused', version: null, trigger: 'votes' } }, undefined],
    [{ run: { ...run, status: 'cancelled' } }, undefined],
    [{ run: { ...run, guildId: '5', version: null } }, en.learning.log['voice-promoted'].title],
    [
      { run: { ...run, guildId: '5', version: null, status: 'rejected' } },
      en.learning.log['voice-rejected'].title,
    ],
    [{ run: { ...run, guildId: '5', version: null, status: 'failed' } }, undefined],
    [{ kind: 'trial-won' }, en.learning.log['trial-won'].title],
    [{ kind: 'trial-lost', run: { ...run, status: 'rejected' } }, en.learning.log['trial-lost'].title],
    [{ kind: 'rolled-back' }, en.learning.log['rolled-back'].title],
  ])('depends on what became of the version: %o', (changes, title) => {
    expect(embedOf(changes)?.title).toBe(title);
  });

  it('does not say what a refused run would have learned from', () => {
    expect(embedOf({ run: { ...run, status: 'refused', version: null } })?.fields ?? []).toEqual([]);
  });

  it('names both versions letter by letter, never what is for the host', () => {
    const embed = embedOf({});
    expect(embed?.description).toContain(String.raw`**new\_one**`);
    expect(embed?.description).toContain('**old**');
    expect(JSON.stringify(embed)).not.toContain('for the host');
  });

  it('fits Discord’s limits, and pings nobody, whatever the models say', () => {
    const long = '@everyone <@1> **¡Ay!** '.repeat(100);
    const samples = [1, 2, 3].map((seed) => ({ seed, before: long, after: long }));
    const figures = {
      distinct1: 1,
      distinct2: 1,
      distinct3: 1,
      repetition: 0,
      selfEnding: 1,
      recited: 0,
      unsafe: 0,
    };
    // As a later version may have written it.
    const later = 'a check of tomorrow' as GateReason['check'];
    const evaluation = {
      ...{ before: figures, after: figures, generated: 300, samples },
      losses: { before: 3, after: 2, jokes: 40, gain: 1 },
      reasons: [
        { check: 'loss' as const, passed: true, value: 0.01, limit: 0.05 },
        { check: later, passed: false, value: 1, limit: 2 },
      ],
    };
    const message = learningMessage(event({ run: { ...run, evaluation } }), [], es);
    const [embed] = message?.body.embeds ?? [];
    for (const { name, value } of embed?.fields ?? []) {
      expect(name.length).toBeLessThanOrEqual(256);
      expect(value.length).toBeLessThanOrEqual(1024);
    }
    const whole = JSON.stringify(embed);
    expect(whole.length).toBeLessThan(6000);
    expect(whole).not.toMatch(/@everyone|<@1>/);
    expect(whole).toContain('❌ a check of tomorrow: 1 / 2');
    expect(message?.body.allowed_mentions).toEqual({ parse: [] });
    expect(message?.files).toEqual([]); // no epochs, no chart
  });
});
