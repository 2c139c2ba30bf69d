import type { Placement } from '../lib/placement.ts';

/** Counters of the engine since it started. */
export interface EngineStats {
  /** Runs that decoded one token for every running row. */
  decodeRuns: number;
  /** Runs that read a chunk of one prompt. */
  prefillRuns: number;
  decodedTokens: number;
}

/** What one model's process is doing now. */
export interface EngineLoad extends EngineStats {
  /** Absolute path of the model's folder. */
  model: string;
  /** Rows that decode together. */
  rows: number;
  /** Tokens that their cache holds. */
  cacheTokens: number;
  /** Tokens that the caches of all rows together may hold. */
  cacheCapacity: number;
  /** Of a model on this machine. */
  placement?: Placement;
}
