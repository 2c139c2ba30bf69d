/** Counters of the engine since it started. */
export interface EngineStats {
  /** Runs that decoded one token for every running row. */
  decodeRuns: number;
  /** Runs that read a chunk of one prompt. */
  prefillRuns: number;
  decodedTokens: number;
}
