import type { TrainingRun } from '../../db/training-runs.ts';

/** The name of the version that a run produced, or of the guild whose voice it trained. */
export const outcomeOf = ({ guildId, version }: Pick<TrainingRun, 'guildId' | 'version'>): string =>
  guildId === null ? (version?.name ?? '—') : `voice of ${guildId}`;

/** A run in a few lines: its result, what it learned from, and why it was promoted or not. */
export function runText(run: TrainingRun): string {
  const { status, base, corpus, evaluation, note } = run;
  const lines = [`${base.name} → ${outcomeOf(run)}: ${status}`];
  if (corpus) {
    const { learned, rated, seed, heldOut, votes } = corpus;
    lines.push(
      `learned from ${learned} of ${rated} rated jokes (${votes.toFixed(0)} votes) and ${seed} seed jokes; ${heldOut} held out`,
    );
  }
  if (evaluation) {
    const { before, after, gain } = evaluation.losses;
    lines.push(
      `loss on held-out jokes, liked less disliked: ${before.toFixed(4)} → ${after.toFixed(4)} (gain ${gain.toFixed(4)})`,
    );
    for (const { check, passed, value, limit } of evaluation.reasons)
      lines.push(
        `  ${passed ? 'passed' : 'failed'}  ${check}  ${value.toFixed(4)} (limit ${limit.toFixed(4)})`,
      );
  }
  if (note) lines.push(note);
  return lines.join('\n');
}
