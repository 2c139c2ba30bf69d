import { PermissionsBitField, REST, RESTEvents, Routes } from 'discord.js';
import { z } from 'zod';
import { PERMISSIONS } from '../../bot/client.ts';
import type { Config } from '../../config.ts';
import { messageOf } from '../../lib/errors.ts';
import { clockFinding, error, type Finding, ok, warning } from './finding.ts';

const bot = z.object({ username: z.string() });
const application = z.object({
  bot_public: z.boolean().optional(),
  integration_types_config: z.record(z.string(), z.unknown()).nullish(),
});
const gateway = z.object({
  shards: z.number(),
  session_start_limit: z.object({ remaining: z.number(), reset_after: z.number() }),
});
const guilds = z.array(z.object({ id: z.string(), name: z.string(), permissions: z.string() }));

const PORTAL = 'https://discord.com/developers/applications';

/** What Discord says about the token, the application, and the servers that it is in (the first 200). */
export async function discordFindings({ discordToken, discordApi }: Config): Promise<Finding[]> {
  if (!discordToken)
    return [
      warning(
        'Discord',
        'there is no DISCORD_TOKEN, so npx chispa start opens the box',
        `make a bot at ${PORTAL} and set DISCORD_TOKEN`,
      ),
    ];
  const rest = new REST({
    version: '10',
    retries: 1,
    timeout: 10_000,
    ...(discordApi && { api: discordApi }),
  });
  rest.setToken(discordToken);
  let aheadMs: number | undefined;
  rest.on(RESTEvents.Response, (_, { headers }) => {
    const date = Date.parse(headers.get('date') ?? '');
    if (!Number.isNaN(date)) aheadMs = Date.now() - date;
  });
  const findings: Finding[] = [];
  try {
    const { username } = bot.parse(await rest.get(Routes.user()));
    findings.push(ok('Discord token', `it is ${username}'s`));
  } catch (thrown) {
    const refused = thrown instanceof Error && 'status' in thrown && thrown.status === 401;
    findings.push(
      refused
        ? error('Discord token', 'Discord refuses it', `make a new one: ${PORTAL} → Bot → Reset Token`)
        : error(
            'Discord',
            `cannot be reached: ${messageOf(thrown)}`,
            'check the network, a proxy, DISCORD_API',
          ),
    );
  }
  if (findings.every(({ state }) => state === 'ok')) {
    const looks = [installFindings, gatewayFinding, permissionFinding].map(async (look) => {
      try {
        return await look(rest);
      } catch (thrown) {
        return [warning('Discord', `one question had no answer: ${messageOf(thrown)}`, 'try again later')];
      }
    });
    findings.push(...(await Promise.all(looks)).flat());
  }
  if (aheadMs !== undefined) findings.push(clockFinding("Discord's", aheadMs));
  return findings;
}

async function installFindings(rest: REST): Promise<Finding[]> {
  const { integration_types_config: types } = application.parse(await rest.get(Routes.currentApplication()));
  const intents = ok('Discord intents', 'only Guilds is needed, which every bot has');
  if (!types || !Object.hasOwn(types, '0'))
    return [
      intents,
      error(
        'Discord installation',
        'nobody can add the bot to a server',
        `${PORTAL} → Installation: switch on Guild Install, with the scopes bot and applications.commands`,
      ),
    ];
  const people = Object.hasOwn(types, '1') ? 'servers and accounts' : 'servers (User Install is off)';
  return [intents, ok('Discord installation', `it can be added to ${people}`)];
}

async function gatewayFinding(rest: REST): Promise<Finding[]> {
  const { shards, session_start_limit: limit } = gateway.parse(await rest.get(Routes.gatewayBot()));
  const found = `${limit.remaining} connections left today; Discord recommends ${shards} shard(s)`;
  if (limit.remaining >= shards) return [ok('Discord gateway', found)];
  const hours = Math.ceil(limit.reset_after / 3_600_000);
  return [error('Discord gateway', found, `wait ${hours} h, and find out what restarts the bot so often`)];
}

async function permissionFinding(rest: REST): Promise<Finding[]> {
  const joined = guilds.parse(await rest.get(Routes.userGuilds()));
  const lacking = joined.flatMap(({ id, name, permissions }) => {
    const missing = new PermissionsBitField(BigInt(permissions)).missing(PERMISSIONS);
    return missing.length > 0 ? [`${name} (${id}) lacks ${missing.join(', ')}`] : [];
  });
  if (joined.length === 0)
    return [
      warning(
        'Discord permissions',
        'the bot is in no server',
        'npx chispa start prints the link to invite it',
      ),
    ];
  if (lacking.length === 0)
    return [ok('Discord permissions', `the bot has what it needs in ${joined.length} server(s)`)];
  return [
    warning(
      'Discord permissions',
      lacking.join('; '),
      'give its role these permissions in Server Settings → Roles, or invite it again',
    ),
  ];
}
