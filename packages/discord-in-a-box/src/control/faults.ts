import { z } from 'zod';
import type { Core } from '../core.ts';
import type { RestFault } from '../faults.ts';
import type { Gateway } from '../gateway/server.ts';
import { theInteraction } from './interactions.ts';
import { id, read } from './read.ts';

const count = z.number().int().min(1).max(1_000_000);
const ms = z.number().int().min(0).max(600_000);
const status = z.number().int().min(400).max(599);
/** Fields that every kind accepts, so that a script may always send all of them. */
const common = {
  route: z.string().nullish(),
  count: count.nullish(),
  ms: ms.nullish(),
  status: status.nullish(),
  code: z.number().int().nullish(),
};
const fault = <const K extends string, F extends z.ZodRawShape>(kind: K, fields: F) =>
  z.strictObject({ kind: z.literal(kind), ...common, ...fields });

const schema = z.discriminatedUnion('kind', [
  fault('rate-limit', { global: z.boolean().default(false) }),
  fault('server-error', { status: status.min(500, 'must be 500 to 599').default(500) }),
  fault('discord-error', {
    code: z.number({ error: 'a discord-error needs its code, such as 10008' }).int(),
  }),
  fault('slow', {}),
  fault('automod', { contains: z.string().min(1).optional() }),
  fault('cut-socket', { after: z.boolean().default(false) }),
  fault('expire-token', { interaction: id.optional() }),
  fault('drop-gateway', {}),
  fault('reconnect', {}),
  fault('invalid-session', { resumable: z.boolean().default(false) }),
  fault('ignore-heartbeat', {}),
]);

/** Makes something go wrong, once or `count` times. */
export function injectFault(core: Core, gateway: Gateway, body: unknown): { ok: true } {
  const input = read(schema, body);
  const wait = (kind: RestFault['kind']) =>
    core.faults.add({
      kind,
      route: input.route ?? null,
      count: input.count ?? 1,
      status: input.status ?? null,
      code: input.code ?? null,
      ms: input.ms ?? 1000,
      global: input.kind === 'rate-limit' && input.global,
      after: input.kind === 'cut-socket' && input.after,
      contains: (input.kind === 'automod' && input.contains) || null,
    });
  switch (input.kind) {
    case 'drop-gateway':
      gateway.drop(input.code ?? undefined);
      break;
    case 'reconnect':
      gateway.reconnect();
      break;
    case 'invalid-session':
      gateway.invalidate(input.resumable);
      break;
    case 'ignore-heartbeat':
      gateway.ignoreHeartbeats(input.count ?? 1);
      break;
    case 'expire-token':
      if (input.interaction) core.interactions.expire(theInteraction(core, input.interaction));
      else if (input.route) wait(input.kind);
      else expireTokens(core, input.count ?? null);
      break;
    default:
      wait(input.kind);
  }
  return { ok: true };
}

/** Expires all existing tokens; if there are none yet, or a count is given, those of upcoming interactions. */
function expireTokens({ interactions }: Core, count: number | null): void {
  const open = interactions.open();
  if (count !== null || open.length === 0) interactions.expireNext(count ?? 1);
  else for (const interaction of open) interactions.expire(interaction);
}
