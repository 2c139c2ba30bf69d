export type ScheduleName = 'linear' | 'cosine';

/**
 * The learning rate's factor at a point of the run, 0 ≤ progress ≤ 1: rises linearly over the first `warmup` share,
 * then falls to 0 along a line or half a cosine. With `progress = step / steps` (step from 0) this is
 * `get_linear_schedule_with_warmup` and `get_cosine_schedule_with_warmup` of transformers.
 */
export function scheduleFactor(name: ScheduleName, progress: number, warmup: number): number {
  if (progress < warmup) return progress / warmup;
  const rest = warmup >= 1 ? 1 : (progress - warmup) / (1 - warmup);
  return Math.max(0, name === 'linear' ? 1 - rest : (1 + Math.cos(Math.PI * rest)) / 2);
}
