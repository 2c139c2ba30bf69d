import { serveParent } from '../lib/child/serve.ts';
import type { JudgeTasks } from './apart.ts';
import { fitVotings } from './fit.ts';

/** The process behind `fitApart`. */
serveParent<JudgeTasks>({
  fit: async ({ basis, votings, variances }) => fitVotings(basis, votings, variances),
});
