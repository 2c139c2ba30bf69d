import { randomUUID } from 'node:crypto';
import {
  ActivityType,
  type Client,
  Events,
  GatewayCloseCodes,
  OAuth2Scopes,
  PermissionFlagsBits,
  Status,
} from 'discord.js';
import type { Store } from '../db/connect.ts';
import type { Shards } from '../db/token-lease.ts';
import type { Voter } from '../db/voter.ts';
import { es } from '../discord/messages/index.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { within } from '../lib/within.ts';
import type { Queue } from '../queue/queue.ts';
import { createSafety } from '../safety/safety.ts';
import { createAdmission } from './admission.ts';
import { createAsk } from './ask.ts';
import { createBlocks } from './blocks.ts';
import { createClient } from './discord-client.ts';
import { createSettingsCache } from './guild-settings.ts';
import { answerAbandoned, createHandled } from './handled.ts';
import { findHosts } from './hosts.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createLearningLog } from './learning-log.ts';
import { loadCommands } from './load-commands.ts';
import { followMembership } from './membership.ts';
import { createMessageBoard } from './message-board.ts';
import { createModeratorLog } from './moderator-log.ts';
import { createOpenRequests } from './open-requests.ts';
import { commandRegistry } from './register.ts';
import { routeInteractions } from './router.ts';
import { holdToken } from './token-lease.ts';
import { createWaitingBoard } from './waiting-board.ts';
import { welcomeGuilds } from './welcome.ts';

export interface BotOptions {
  token: string;
  /** The box's REST address; absent for Discord itself. */
  api?: string | undefined;
  store: Store;
  queue: Queue;
  voter: Voter;
  /** How many jokes are generated at once; used to estimate waiting times. */
  slots: number;
  /** Discord ids of the hosts; if empty, the application's owner or team. */
  ownerIds: readonly string[];
  /** Discord ids of those who are shut out everywhere. */
  blockedIds: readonly string[];
  /** The shards that this process has; absent for all that Discord recommends. */
  shards?: Shards | undefined;
  /** About how many rated jokes a training run needs. */
  learningNeeds: number;
  log: Logger;
}

export interface Bot {
  name: string;
  guilds: number;
  /** The link that invites the bot to a server. */
  inviteUrl: string;
  /** The link that adds it to a person's account; undefined if the developer portal does not allow that. */
  accountUrl: string | undefined;
  /**
   * Resolves when Discord has disconnected the bot for good, for example because the token was reset: only a restart
   * helps.
   */
  gone: Promise<ChispaError>;
  /** Whether every shard is connected to Discord now. */
  isConnected(): boolean;
  close(): Promise<void>;
}

/** `client.destroy()` can hang between IDENTIFY and READY. */
const CLOSE_DEADLINE_MS = 1500;

/** What the bot needs in a server. */
export const PERMISSIONS = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
  PermissionFlagsBits.AttachFiles,
];

/**
 * The gateway role: connects, updates the registered commands and answers interactions.
 * @throws ChispaError `discord-login` if Discord rejects the login.
 */
export async function startBot(options: BotOptions): Promise<Bot> {
  const { token, api, store, queue, voter, slots, ownerIds, blockedIds, shards, learningNeeds, log } =
    options;
  const client = createClient(api, shards, log);
  const owner = randomUUID();
  // A folder of PGlite belongs to one process anyway.
  const held =
    store.kind === 'postgres' ? await holdToken({ db: store.db, token, shards, owner, log }) : undefined;
  const settings = await createSettingsCache({ store, log });
  const blocks = await createBlocks({ store, voter, everywhere: blockedIds, log });
  const open = await createOpenRequests(store, { slots, log });
  const admission = createAdmission(open, store.clock.now);
  const waiting = createWaitingBoard({ store, rest: client.rest, slots: open.slots, log });
  const moderatorLog = createModeratorLog(client, settings, log);
  const commands = await loadCommands();
  let hosts: ReadonlySet<string> = new Set(ownerIds);
  routeInteractions(client, {
    commands,
    services: {
      store,
      settings,
      voter,
      ask: createAsk({ store, queue, settings, admission, safety: createSafety(), waiting, log }),
      board: createMessageBoard({ db: store.db, rest: client.rest, log }),
      moderatorLog,
      isHost: (userId) => hosts.has(userId),
      learningNeeds,
      requestLearning: () => queue.requestLearning('host'),
    },
    handled: createHandled({ store, owner, log }),
    blocks,
    isOpen: open.has,
    log,
  });

  const gone = Promise.race([goneForGood(client), ...(held ? [held.lost] : [])]);
  const ready = await login(client, token, gone).catch(async (error) => {
    await held?.release();
    throw error;
  });
  hosts = await findHosts(ownerIds, ready.application, log);
  const registry = await commandRegistry(ready.rest, commands.values());
  const written = await registry.deploy();
  log.info({ commands: commands.size, written }, 'commands are registered');
  welcomeGuilds(ready, log);
  const membershipRecorded = followMembership(ready, store.db, log);
  const { rest, application } = ready;
  await answerAbandoned({ store, owner, log }, { rest, applicationId: application.id });
  const housekeeping = createHousekeeping({
    store,
    queue,
    settings,
    rest: client.rest,
    log,
    onJokesToday(jokes) {
      if (!client.isReady()) return; // it is being closed
      ready.user.setActivity({ name: 'chispa', type: ActivityType.Custom, state: es.presence(jokes) });
    },
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
    accountUrl: registry.forPeople ? accountUrl(ready.application.id) : undefined,
    gone,
    isConnected: () => ready.ws.shards.every(({ status }) => status === Status.Ready),
    async close() {
      client.removeAllListeners(Events.ShardReconnecting); // it is not for now
      await within(CLOSE_DEADLINE_MS, client.destroy());
      await held?.release();
      await membershipRecorded();
      await waiting.close();
      await learningLog.close();
      await housekeeping.close();
      await open.close();
      await blocks.close();
      await settings.close();
    },
  };
}

/** https://discord.com/developers/docs/topics/oauth2#advanced-bot-authorization-user-install */
const accountUrl = (applicationId: string): string =>
  `https://discord.com/oauth2/authorize?client_id=${applicationId}&integration_type=1&scope=${OAuth2Scopes.ApplicationsCommands}`;

async function login(client: Client, token: string, gone: Promise<ChispaError>): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  const refused = gone.then((error) => Promise.reject(error));
  try {
    await Promise.race([client.login(token), refused]);
    return await Promise.race([ready, refused]);
  } catch (error) {
    refused.catch(() => {}); // reported here
    await within(CLOSE_DEADLINE_MS, client.destroy());
    throw error instanceof ChispaError ? error : notLetIn(messageOf(error), error);
  }
}

const CHECK_TOKEN = 'Check DISCORD_TOKEN: the developer portal shows it once, under Bot → Reset Token.';
/** What to do if the token is not the problem. */
const ADVICE: Partial<Record<number, string>> = {
  [GatewayCloseCodes.InvalidAPIVersion]: 'Update Chispa: its Discord library is too old.',
  [GatewayCloseCodes.InvalidIntents]: 'Update Chispa: its Discord library is too old.',
  [GatewayCloseCodes.ShardingRequired]:
    'Start Chispa again: the bot is in so many servers that it needs more shards.',
  [GatewayCloseCodes.InvalidShard]: 'Start Chispa again: the number of shards has changed.',
  [GatewayCloseCodes.DisallowedIntents]: 'Look at Bot → Privileged Gateway Intents in the developer portal.',
};

const notLetIn = (why: string, cause?: unknown, advice = CHECK_TOKEN) =>
  new ChispaError('discord-login', `Discord did not let the bot in (${why}). ${advice}`, { cause });

/** discord.js reconnects by itself after every close code except 4004 and 4010 to 4014. */
const goneForGood = (client: Client): Promise<ChispaError> =>
  new Promise((resolve) => {
    client.on(Events.ShardDisconnect, ({ code }) =>
      resolve(notLetIn(`${code} ${GatewayCloseCodes[code] ?? ''}`.trim(), undefined, ADVICE[code])),
    );
    client.on(Events.Invalidated, () => resolve(notLetIn('the session was invalidated')));
  });
