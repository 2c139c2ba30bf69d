/** Where a model decodes, and why, unless it was simply told to. */
export interface Placement {
  provider: 'cpu' | 'webgpu' | 'cuda';
  reason?: PlacementReason;
}

/** Times are milliseconds of a step of eight rows. `failed`: the GPU cannot run the model, or stopped doing so. */
export type PlacementReason = { why: 'no-gpu' | 'failed' } | { why: 'measured'; gpu: number; cpu: number };
