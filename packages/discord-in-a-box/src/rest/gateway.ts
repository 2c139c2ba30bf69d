import type { Gateway } from '../gateway/server.ts';
import { ok, type Route, route } from './route.ts';

/** Where the gateway is. */
export const gatewayRoutes = (gateway: Gateway, url: () => string): Route[] => [
  route('GET', '/gateway', () => ok({ url: url() }), { open: true }),
  route('GET', '/gateway/bot', () => ok(gateway.info())),
];
