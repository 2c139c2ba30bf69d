import { evaluationGraph } from '../../graph/training.ts';
import type { ModelFolder } from '../../models/folder.ts';
import { expectedShapes } from '../../models/shapes.ts';
import type { Batch } from '../data/batch.ts';
import { batchFeeds, createSession, floatsOf, tensorsOf } from '../step/session.ts';
import { emptyWeights, loadWeights } from '../step/weights.ts';

/** A model that tells how surprising given texts are to it. */
export interface Evaluator {
  /** Loss of every token of a batch [N], in nats. Blocks the thread while it computes. */
  losses(batch: Batch): Promise<Float32Array>;
  release(): Promise<void>;
}

/** `temperature` divides the logits in the loss; default 1. */
export async function createEvaluator(
  folder: ModelFolder,
  { threads, temperature = 1 }: { threads: number; temperature?: number },
): Promise<Evaluator> {
  const { config } = folder;
  const weights = emptyWeights(config);
  await loadWeights(folder, weights);
  const parameters = tensorsOf(weights, expectedShapes(config));
  const session = await createSession(evaluationGraph(config, { temperature }), threads);
  return {
    losses: async (batch) => {
      const { losses } = await session.run({ ...batchFeeds(batch), ...parameters });
      return floatsOf(losses);
    },
    release: () => session.release(),
  };
}
