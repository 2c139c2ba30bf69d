import { randomBytes } from 'node:crypto';
import { type Clock, createClock } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFiles, type Files } from './files.ts';
import { createSnowflakes } from './snowflake.ts';
import { type Commands, createCommands } from './state/commands.ts';
import { createInteractions, type Interactions } from './state/interactions.ts';
import { createMessages, type Messages } from './state/messages.ts';
import type { Change, Entitlement, Publish } from './state/model.ts';
import type { WorldSize } from './state/plan.ts';
import { createThreads, type Threads } from './state/threads.ts';
import { createWorld, type World } from './state/world.ts';

/** Everything that REST, gateway and control share: the box's state and how to publish its changes. */
export interface Core {
  botName: string;
  applicationId: string;
  token: string;
  clock: Clock;
  nextId: () => string;
  world: World;
  messages: Messages;
  threads: Threads;
  interactions: Interactions;
  commands: Commands;
  entitlements: Map<string, Entitlement>;
  files: Files;
  faults: Faults;
  publish: Publish;
  subscribe(listener: Publish): () => void;
  /** Where the box listens, without a trailing slash. Known once it listens. */
  url(): string;
  listensOn(port: number): void;
}

export function createCore({
  botName,
  token,
  size,
}: {
  botName: string;
  token?: string | undefined;
  size?: WorldSize | undefined;
}): Core {
  const clock = createClock();
  const nextId = createSnowflakes(clock);
  const listeners = new Set<Publish>();
  const publish = (change: Change) => {
    for (const listener of listeners) listener(change);
  };
  const world = createWorld(botName, size);
  const parts = { clock, nextId, publish };
  const messages = createMessages(parts);
  let port = 0;
  const url = () => `http://127.0.0.1:${port}`;
  return {
    botName,
    applicationId: world.bot.id,
    token: token ?? newToken(world.bot.id),
    ...parts,
    world,
    messages,
    threads: createThreads({ ...parts, world, messages }),
    interactions: createInteractions(parts),
    commands: createCommands(parts),
    entitlements: new Map(),
    files: createFiles({ nextId, url }),
    faults: createFaults(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    url,
    listensOn(chosen) {
      port = chosen;
    },
  };
}

/** A token in the shape of Discord's: the application's id in base64, then two random parts. */
const newToken = (applicationId: string): string =>
  [Buffer.from(applicationId).toString('base64url'), randomBytes(4), randomBytes(28)]
    .map((part) => (typeof part === 'string' ? part : part.toString('base64url')))
    .join('.');
