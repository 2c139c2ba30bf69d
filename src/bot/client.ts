import {
  ActivityType,
  Client,
  Events,
  GatewayIntentBits,
  OAuth2Scopes,
  PermissionFlagsBits,
} from 'discord.js';
import type { Store } from '../db/connect.ts';
import type { Voter } from '../db/voter.ts';
import { es } from '../discord/messages/index.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { within } from '../lib/within.ts';
import type { Queue } from '../queue/queue.ts';
import { createSafety } from '../safety/safety.ts';
import { createAdmission } from './admission.ts';
import { createAsk } from './ask.ts';
import { createSettingsCache } from './guild-settings.ts';
import { findHosts } from './hosts.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createLearningLog } from './learning-log.ts';
import { loadCommands } from './load-commands.ts';
import { createMessageBoard } from './message-board.ts';
import { createModeratorLog } from './moderator-log.ts';
import { createOpenRequests } from './open-requests.ts';
import { commandRegistry } from './register.ts';
import { routeInteractions } from './router.ts';
import { createWaitingBoard } from './waiting-board.ts';

export interface BotOptions {
  token: string;
  /** The REST address of the box; absent for Discord itself. */
  api?: string | undefined;
  store: Store;
  queue: Queue;
  voter: Voter;
  /** Jokes that are generated at once, for what people who wait are told. */
  slots: number;
  /** Discord ids of the hosts; empty: the application's owner or team. */
  ownerIds: readonly string[];
  /** Rated jokes that a training run needs, about. */
  learningNeeds: number;
  log: Logger;
}

export interface Bot {
  name: string;
  guilds: number;
  /** Where a server's owner invites the bot. */
  inviteUrl: string;
  close(): Promise<void>;
}

/** Between IDENTIFY and READY `client.destroy()` can hang. */
const CLOSE_DEADLINE_MS = 1500;
/** Discord allows one IDENTIFY in 5 s; in the box that would only slow every start down. */
const NO_THROTTLE = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) };

const PERMISSIONS = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
  PermissionFlagsBits.AttachFiles,
];

/**
 * The gateway role: connects, brings the registered commands up to date and answers interactions.
 * @throws ChispaError `discord-login` when Discord does not let it in.
 */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { token, api, store, queue, voter, slots, ownerIds, learningNeeds, log } = options;
  const client = createClient(api, log);
  const settings = await createSettingsCache({ store, log });
  const open = await createOpenRequests(store, { slots, log });
  const admission = createAdmission(open);
  const waiting = createWaitingBoard({ db: store.db, rest: client.rest, slots, log });
  const moderatorLog = createModeratorLog(client.rest, settings, log);
  const commands = await loadCommands();
  let hosts: ReadonlySet<string> = new Set(ownerIds);
  routeInteractions(client, {
    commands,
    services: {
      store,
      settings,
      voter,
      ask: createAsk({ store, queue, settings, admission, safety: createSafety(), waiting }),
      board: createMessageBoard({ db: store.db, rest: client.rest, log }),
      moderatorLog,
      isHost: (userId) => hosts.has(userId),
      learningNeeds,
      requestLearning: () => queue.requestLearning('host'),
    },
    log,
  });

  const ready = await login(client, token);
  hosts = await findHosts(ownerIds, ready.application, log);
  const written = await (await commandRegistry(ready.rest, commands.values())).deploy();
  log.info({ commands: commands.size, written }, 'commands are registered');
  const housekeeping = createHousekeeping({
    store,
    queue,
    settings,
    rest: client.rest,
    log,
    onJokesToday: (jokes) =>
      ready.user.setActivity({ name: 'chispa', type: ActivityType.Custom, state: es.presence(jokes) }),
  });
  housekeeping.start();
  const learningLog = await createLearningLog({ store, settings, moderatorLog, log });
  return {
    name: ready.user.displayName,
    guilds: ready.guilds.cache.size,
    inviteUrl: ready.generateInvite({
      scopes: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands],
      permissions: PERMISSIONS,
    }),
    async close() {
      await within(CLOSE_DEADLINE_MS, client.destroy());
      await waiting.close();
      await learningLog.close();
      await housekeeping.close();
      await open.close();
      await settings.close();
    },
  };
}

function createClient(api: string | undefined, log: Logger): Client {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    allowedMentions: { parse: [] },
    shards: 'auto',
    ...(api && { rest: { api, version: '10' }, ws: NO_THROTTLE }),
  });
  client.on(Events.Error, (err) => log.error({ err }, 'Discord client error'));
  client.on(Events.ShardDisconnect, ({ code }, shard) =>
    log.warn({ code, shard }, 'disconnected from Discord'),
  );
  client.on(Events.ShardResume, (shard) => log.info({ shard }, 'connected to Discord again'));
  return client;
}

async function login(client: Client, token: string): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  try {
    await client.login(token);
    return await ready;
  } catch (error) {
    await within(CLOSE_DEADLINE_MS, client.destroy());
    throw new ChispaError(
      'discord-login',
      `Discord did not let the bot in (${messageOf(error)}). Check DISCORD_TOKEN: the developer portal shows it once, under Bot → Reset Token.`,
      { cause: error },
    );
  }
}
