import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import type { Entitlement } from '../state/model.ts';
import { userObject } from './user.ts';

const FLAGS = (1 << 19) | (1 << 15) | (1 << 13); // message content and members intents granted (limited)

/** Discord's application object, as its own bot sees it. */
export const applicationObject = (core: Core): JsonObject => ({
  id: core.applicationId,
  name: core.botName,
  icon: null,
  description: '',
  type: null,
  bot: userObject(core.world.bot),
  bot_public: true,
  bot_require_code_grant: false,
  verify_key: '0'.repeat(64),
  flags: FLAGS,
  flags_new: String(FLAGS),
  redirect_uris: [],
  interactions_endpoint_url: null,
  role_connections_verification_url: null,
  owner: userObject(core.world.developer),
  team: null,
  approximate_guild_count: [...core.world.guilds.values()].filter(({ joined }) => joined).length,
  approximate_user_install_count: core.world.installedBy.size,
  approximate_user_authorization_count: 0,
  explicit_content_filter: 0,
  integration_types_config: { 0: {}, 1: {} },
  eligible_oauth2_scopes: ['bot', 'applications.commands'],
});

/** Discord's entitlement object: something a user or guild bought or was given. */
export const entitlementObject = (core: Core, entitlement: Entitlement): JsonObject => ({
  id: entitlement.id,
  sku_id: entitlement.sku,
  application_id: core.applicationId,
  user_id: entitlement.user.id,
  ...(entitlement.guild ? { guild_id: entitlement.guild.id } : {}),
  type: 8, // application subscription
  deleted: false,
  starts_at: new Date(entitlement.createdAt).toISOString(),
  ends_at: null,
  consumed: false,
});
