import type {
  EngineOptions,
  GenerationResult,
  InspectedStep,
  LoadedModel,
  RowRequest,
  TokensRequest,
} from './engine.ts';

/**
 * What can be asked of a child process; each question has an id, and its answer carries the same. `load` comes first, once:
 * a child has one model.
 */
export type Question =
  | { type: 'load'; model: string; options: EngineOptions }
  | { type: 'generate'; request: RowRequest }
  | { type: 'inspect'; request: TokensRequest };

export type Answer = LoadedModel | GenerationResult | InspectedStep[];

/** Parent to child. */
export type ToChild =
  | { type: 'ask'; id: number; question: Question }
  | { type: 'cancel'; id: number }
  | { type: 'close' };

/** Child to parent. */
export type FromChild =
  /** The process can be asked from now on. */
  | { type: 'ready' }
  /** What questions have got of their texts since the last such message: id and increment. */
  | { type: 'texts'; texts: [number, string][] }
  | { type: 'answer'; id: number; answer: Answer }
  | { type: 'failure'; id: number; code: string; message: string }
  | { type: 'log'; level: 'info' | 'warn'; message: string };
