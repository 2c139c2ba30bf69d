import type { Upload } from '../files.ts';
import type { BucketName } from '../limits.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A REST request, parsed but not validated. */
export interface RestRequest {
  query: URLSearchParams;
  body: unknown;
  uploads: Upload[];
}

export interface RestReply {
  status: number;
  /** Undefined for 204. */
  body?: unknown;
}

export const ok = (body: unknown): RestReply => ({ status: 200, body });
export const created = (body: unknown): RestReply => ({ status: 201, body });
export const noContent: RestReply = { status: 204 };

export interface RouteOptions {
  /** Whether the route needs no bot token, such as one with an interaction's token in the path. */
  open?: boolean;
  bucket?: BucketName;
}

export interface Route extends RouteOptions {
  method: Method;
  pattern: string;
  handle(params: Record<string, string>, request: RestRequest): RestReply | Promise<RestReply>;
}

type ParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<Rest>
  : P extends `${string}:${infer Name}`
    ? Name
    : never;

/** One route of Discord's API: `:name` in the pattern matches one path segment. */
export function route<P extends string>(
  method: Method,
  pattern: P,
  handle: (params: Record<ParamNames<P>, string>, request: RestRequest) => RestReply | Promise<RestReply>,
  options: RouteOptions = {},
): Route {
  return { method, pattern, handle: handle as Route['handle'], ...options }; // match() fills exactly the pattern's names
}

/** The route that matches a request, and its parameters. */
export function match(routes: readonly Route[], method: string, path: string) {
  const segments = path.split('/');
  for (const one of routes) {
    const wanted = one.pattern.split('/');
    if (one.method !== method || wanted.length !== segments.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const segment = segments[index] ?? '';
      if (!part.startsWith(':')) return part === segment;
      params[part.slice(1)] = segment;
      return segment !== '';
    });
    if (fits) return { route: one, params };
  }
  return undefined;
}
