import { isDeepStrictEqual } from 'node:util';
import { ApplicationIntegrationType, type REST, Routes } from 'discord.js';
import { z } from 'zod';
import type { Command } from './command.ts';

/** Names of the commands that differ from those on Discord. */
export interface CommandDifference {
  added: string[];
  changed: string[];
  removed: string[];
}

/** This application's global commands on Discord. */
export interface CommandRegistry {
  /** Whether people may add the application to their account: *Installation → User Install* in the developer portal. */
  forPeople: boolean;
  difference(): Promise<CommandDifference>;
  /** Makes Discord's list match ours; writes only if something differs. Returns whether it wrote. */
  deploy(): Promise<boolean>;
  /** Removes all commands. Returns how many there were. */
  clear(): Promise<number>;
}

const application = z.object({
  id: z.string(),
  /** The installations that the developer portal allows, by their type. */
  integration_types_config: z.record(z.string(), z.unknown()).nullish(),
});
const listed = z.array(z.looseObject({ name: z.string(), type: z.number().default(1) }));

/** `rest` carries the bot token. */
export async function commandRegistry(rest: REST, commands: Iterable<Command>): Promise<CommandRegistry> {
  const { id, integration_types_config } = application.parse(await rest.get(Routes.currentApplication()));
  const forPeople = Object.hasOwn(integration_types_config ?? {}, ApplicationIntegrationType.UserInstall);
  const route = Routes.applicationCommands(id);
  const wanted = [...commands]
    .map((command) => command.data.toJSON())
    // Explicit, because Discord's default depends on how the application is set up.
    .map(({ integration_types = [ApplicationIntegrationType.GuildInstall], ...command }) => ({
      ...command,
      integration_types: integration_types.filter(
        (type) => type === ApplicationIntegrationType.GuildInstall || forPeople,
      ),
    }));
  const present = async () =>
    listed.parse(await rest.get(route, { query: new URLSearchParams({ with_localizations: 'true' }) }));

  async function difference(): Promise<CommandDifference> {
    const there = byKey(await present());
    const ours = byKey(wanted);
    const only = (a: Map<string, Named>, b: Map<string, Named>) =>
      [...a].filter(([key]) => !b.has(key)).map(([, { name }]) => name);
    const changed = [...ours].filter(
      ([key, command]) => there.has(key) && !isDeepStrictEqual(essence(command), essence(there.get(key))),
    );
    return {
      added: only(ours, there),
      changed: changed.map(([, { name }]) => name),
      removed: only(there, ours),
    };
  }

  return {
    forPeople,
    difference,
    async deploy() {
      const { added, changed, removed } = await difference();
      if (added.length + changed.length + removed.length === 0) return false;
      await rest.put(route, { body: wanted });
      return true;
    },
    async clear() {
      const there = await present();
      await rest.put(route, { body: [] });
      return there.length;
    },
  };
}

interface Named {
  name: string;
  type?: number | undefined;
}

/** Discord lets a slash command and a context-menu command share a name. */
const byKey = (commands: readonly Named[]): Map<string, Named> =>
  new Map(commands.map((command) => [`${command.type ?? 1} ${command.name}`, command]));

/** The fields of a command, option or choice that we set; Discord adds others to what it returns. */
const OURS = [
  'type',
  'name',
  'name_localizations',
  'description',
  'description_localizations',
  'options',
  'choices',
  'value',
  'required',
  'autocomplete',
  'min_value',
  'max_value',
  'min_length',
  'max_length',
  'channel_types',
  'default_member_permissions',
  'nsfw',
  'contexts',
  'integration_types',
];

/** A command without the fields that Discord fills in; unset, empty and default values count as absent. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value)
    .filter(([key]) => OURS.includes(key))
    .filter(([key, field]) => !isDefault(key, field))
    // The keys in localizations are locales, not field names.
    .map(([key, field]) => [key, key.endsWith('_localizations') ? field : essence(field)] as const);
  return Object.fromEntries(fields.sort(([a], [b]) => a.localeCompare(b)));
}

const isDefault = (key: string, value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === false ||
  (key === 'description' && value === '') ||
  (key === 'type' && value === 1) ||
  ((key === 'options' || key === 'channel_types') && Array.isArray(value) && value.length === 0);
