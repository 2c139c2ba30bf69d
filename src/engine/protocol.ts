import type {
  EngineOptions,
  GenerationRequest,
  GenerationResult,
  InspectedStep,
  InspectionRequest,
  LoadedModel,
} from './engine.ts';
import type { EngineStats } from './stats.ts';

/** What can be asked of the child process; each question has an id, and its answer carries the same. */
export type Question =
  | { type: 'load'; model: string }
  | { type: 'generate'; request: GenerationRequest }
  | { type: 'inspect'; request: InspectionRequest }
  | { type: 'stats' };

export type Answer = LoadedModel | GenerationResult | InspectedStep[] | EngineStats;

/** Parent to child. `start` comes first, once. */
export type ToChild =
  | { type: 'start'; options: EngineOptions }
  | { type: 'ask'; id: number; question: Question }
  | { type: 'cancel'; id: number }
  | { type: 'close' };

/** Child to parent. */
export type FromChild =
  | { type: 'ready' }
  /** What questions have got of their texts: id and increment. */
  | { type: 'texts'; texts: [number, string][] }
  | { type: 'answer'; id: number; answer: Answer }
  | { type: 'failure'; id: number; code: string; message: string }
  | { type: 'log'; level: 'info' | 'warn'; message: string };
