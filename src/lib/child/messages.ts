/**
 * The tasks of a child process: for each kind, the types of its request, of its events along the way, and of its answer.
 * All are structured clones.
 */
export type Tasks = Record<string, { request: unknown; event: unknown; answer: unknown }>;

/** A request that is never sent: a child answers it when it is ready. */
export const READY = 0;

/** Parent to child. Each request has an id, which everything belonging to it carries. */
export type ToChild = { id: number; kind: string; request: unknown } | { abort: number };

/** Child to parent. */
export type FromChild =
  /** Several at once, each with the id of its request. */
  { events: [number, unknown][] } | { id: number; answer: unknown } | { id: number; failure: Failure };

/** An error on its way to the parent; one that is not a `ChispaError` has no code but a stack, for debugging. */
export interface Failure {
  code?: string;
  message: string;
  stack?: string;
}
