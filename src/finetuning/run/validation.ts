import { toBatch } from '../data/batch.ts';
import type { Source } from '../data/source.ts';
import type { Stepper } from '../step/stepper.ts';

export interface ValidationLoss {
  /** Averaged as the recipe does. */
  loss: number;
  /** Mean over every predicted token. */
  tokenLoss: number;
}

/** Loss of the held-out rows, without dropout. */
export async function validate(
  stepper: Pick<Stepper, 'losses'>,
  source: Pick<Source, 'validation' | 'average' | 'ignored'>,
): Promise<ValidationLoss> {
  let [sum, weight, means, samples] = [0, 0, 0, 0];
  for (const rows of source.validation) {
    const batch = toBatch(rows, source);
    const losses = await stepper.losses(batch);
    let [batchSum, batchWeight] = [0, 0];
    for (let i = 0; i < losses.length; i++) {
      const w = batch.weights[i] ?? 0;
      if (w === 0) continue; // a masked token's loss may be anything, NaN included
      batchSum += (losses[i] ?? 0) * w;
      batchWeight += w;
    }
    const inBatch = rows.reduce((count, row) => count + row.length, 0);
    sum += batchSum;
    weight += batchWeight;
    // The Trainer weights a batch's mean by its number of samples.
    means += (batchSum / batchWeight) * inBatch;
    samples += inBatch;
  }
  const tokenLoss = sum / weight;
  return { loss: source.average === 'tokens' ? tokenLoss : means / samples, tokenLoss };
}
