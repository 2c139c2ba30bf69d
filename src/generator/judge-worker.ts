import { fitVotings } from '../judge/fit.ts';
import { serveParent } from '../lib/child/serve.ts';
import type { JudgeTasks } from './judging.ts';

/** The process that fits the judge: with thousands of jokes it takes a second, and nobody's answer should wait for it. */
serveParent<JudgeTasks>({
  fit: async ({ basis, votings, variances }) => fitVotings(basis, votings, variances),
});
