import type { NumericSetting } from '../../../lib/settings.ts';

/** Short names of the settings, for the line under a joke. */
export const settingNames: Record<NumericSetting, string> = {
  epsilon: 'ε =',
  temperature: 'temperatura',
  topK: 'topK',
  topP: 'topP',
  repetitionPenalty: 'penalización',
  maxTokens: 'máximo',
};
