/**
 * What a child process can be asked: for each kind of task the request, what is told on the way, and the answer. All of
 * them are structured clones.
 */
export type Tasks = Record<string, { request: unknown; event: unknown; answer: unknown }>;

/** The request that nobody sends: a child answers it when it can be asked. */
export const READY = 0;

/** Parent to child. Each request has an id, which everything that belongs to it carries. */
export type ToChild = { id: number; kind: string; request: unknown } | { abort: number };

/** Child to parent. */
export type FromChild =
  /** Several at once, each with the id of its request. */
  { events: [number, unknown][] } | { id: number; answer: unknown } | { id: number; failure: Failure };

/** An error on its way to the parent; one that is not a `ChispaError` has no code, and a stack to look for the fault. */
export interface Failure {
  code?: string;
  message: string;
  stack?: string;
}
