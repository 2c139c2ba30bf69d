import { serveParent } from '../../lib/child/serve.ts';
import { openModelFolder } from '../../models/folder.ts';
import { jokeLosses } from './evaluate.ts';
import type { LossTasks } from './losses.ts';

/** The process behind `measureLosses`. */
serveParent<LossTasks>({
  measure: async ({ folder, jokes, ...options }) => jokeLosses(await openModelFolder(folder), jokes, options),
});
