import type { Upload } from '../files.ts';
import type { BucketName } from '../limits.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A REST request, read but not yet judged. */
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
  /** Whether the bot's token is asked for; routes with an interaction's token in the path need none. */
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

/** One route of Discord's API: `:name` in the pattern stands for one path segment. */
export function route<P extends string>(
  method: Method,
  pattern: P,
  handle: (params: Record<ParamNames<P>, string>, request: RestRequest) => RestReply | Promise<RestReply>,
  options: RouteOptions = {},
): Route {
  return { method, pattern, handle: handle as Route['handle'], ...options }; // match() fills exactly the pattern's names
}

/** The route a request means, and the values of its pattern's names. */
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
