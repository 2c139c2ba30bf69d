import { judgeRecord } from '../../db/expected.ts';
import type { Rated } from '../../db/statistics.ts';
import { type JudgeFigures, judgeFigures } from '../../judge/figures.ts';
import { withDatabase } from '../open/database.ts';
import { columns, counted } from '../output/text.ts';

/** `chispa judge`: its figures, for all versions together and for each. */
export async function show({ guild, json }: { guild?: string; json?: boolean }): Promise<void> {
  const { expected, before, since } = await withDatabase((db) => judgeRecord(db, guild));
  const models = [...new Set(expected.map(({ model }) => model))].map((model) => ({
    model,
    ...judgeFigures(expected.filter((one) => one.model === model)),
  }));
  const all = judgeFigures(expected);
  if (json) process.stdout.write(`${JSON.stringify({ all: all ?? null, models, before, since })}\n`);
  else if (!all) process.stdout.write('The judge has not chosen a joke yet that people have rated.\n');
  else {
    const rows = [{ model: 'all', ...all }, ...(models.length > 1 ? models : [])].map(cells);
    process.stdout.write(`${columns([HEADER, ...rows])}\n\n`);
    process.stdout.write(`new jokes before it chose: ${ratedText(before)}; since: ${ratedText(since)}\n`);
  }
}

const HEADER = ['VERSION', 'JOKES', 'RMSE', 'RMSE OF THE MEAN', 'SPEARMAN'];

const cells = ({ model, jokes = 0, rmse, meanRmse, spearman }: { model: string } & Partial<JudgeFigures>) => [
  model,
  String(jokes),
  rmse?.toFixed(3) ?? '—',
  meanRmse?.toFixed(3) ?? '—',
  spearman?.toFixed(3) ?? '—',
];

const ratedText = ({ votes, mean }: Rated): string =>
  mean === null ? 'no votes' : `${mean.toFixed(2)} (${counted(votes, 'vote')})`;
