import { z } from 'zod';
import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { Command } from '../state/model.ts';
import { readCommand } from '../validate/command.ts';
import { readForm, wrongField } from '../validate/form.ts';
import { findGuild } from './find.ts';
import { created, noContent, ok, type Route, route } from './route.ts';

/** Registers application commands: global ones (`guild` null) and those of one guild. */
export function commandRoutes(core: Core): Route[] {
  return [
    ...scopeRoutes(core, '/applications/:application/commands'),
    ...scopeRoutes(core, '/applications/:application/guilds/:guild/commands'),
  ];
}

type Scope = { application: string; guild?: string };

function scopeRoutes<P extends string>(core: Core, base: P): Route[] {
  const one = `${base}/:command` as const;
  const bucket = 'commands';

  /** @throws DiscordError 10002, or 10004 if the bot is not in the guild */
  function scopeOf({ application, guild }: Scope): string | null {
    if (application !== core.applicationId) throw discordError(10002);
    return guild === undefined ? null : findGuild(core, guild).id;
  }

  function find(params: Scope & { command: string }): Command {
    const command = core.commands.get(scopeOf(params), params.command);
    if (!command) throw discordError(10063);
    return command;
  }

  function build(
    guildId: string | null,
    body: unknown,
    old: Command | undefined,
    at: string[] = [],
  ): Command {
    const definition = readCommand(body, at);
    const id = old?.id ?? core.nextId();
    const unchanged = old && JSON.stringify(contentOf(old.definition)) === JSON.stringify(definition);
    return {
      id,
      guildId,
      type: definition.type,
      name: definition.name,
      definition: {
        id,
        application_id: core.applicationId,
        ...(guildId === null ? {} : { guild_id: guildId }),
        version: unchanged ? old.definition.version : core.nextId(),
        ...definition,
      },
    };
  }

  const oldOf = (guildId: string | null, body: unknown): Command | undefined =>
    isObject(body) ? core.commands.named(guildId, String(body.name), Number(body.type ?? 1)) : undefined;

  return [
    route(
      'GET',
      base,
      (params, { query }) => {
        const commands = core.commands.in(scopeOf(params as Scope)); // base is one of the two patterns above
        const localized = query.get('with_localizations') === 'true';
        return ok(
          commands.map(({ definition }) => (localized ? definition : withoutLocalizations(definition))),
        );
      },
      { bucket },
    ),

    route(
      'PUT',
      base,
      (params, { body }) => {
        const guildId = scopeOf(params as Scope);
        const bodies = readForm(z.array(z.unknown()), body);
        const next = bodies.map((item, index) => build(guildId, item, oldOf(guildId, item), [String(index)]));
        refuseTooMany(next);
        next.forEach(({ name, type }, index) => {
          if (next.findIndex((other) => other.name === name && other.type === type) === index) return;
          throw wrongField(
            [index],
            'APPLICATION_COMMANDS_DUPLICATE_NAME',
            'Application command names must be unique',
          );
        });
        core.commands.replace(guildId, next);
        return ok(next.map(({ definition }) => definition));
      },
      { bucket: 'commandsBulk' },
    ),

    route(
      'POST',
      base,
      (params, { body }) => {
        const guildId = scopeOf(params as Scope);
        const old = oldOf(guildId, body);
        const command = build(guildId, body, old);
        if (!old) refuseTooMany([...core.commands.in(guildId), command]);
        core.commands.put(command);
        return old ? ok(command.definition) : created(command.definition);
      },
      { bucket },
    ),

    route('GET', one, (params) => ok(find(params as Scope & { command: string }).definition), { bucket }),

    route(
      'PATCH',
      one,
      (params, { body }) => {
        const old = find(params as Scope & { command: string });
        const changes = isObject(body) ? body : {};
        const command = build(old.guildId, { ...contentOf(old.definition), ...changes }, old);
        core.commands.put(command);
        return ok(command.definition);
      },
      { bucket },
    ),

    route(
      'DELETE',
      one,
      (params) => {
        core.commands.delete(find(params as Scope & { command: string }));
        return noContent;
      },
      { bucket },
    ),
  ];
}

/** A registered command's own content, without the fields that registration adds. */
function contentOf(definition: JsonObject): JsonObject {
  const {
    id: _id,
    application_id: _application,
    guild_id: _guild,
    version: _version,
    ...content
  } = definition;
  return content;
}

/** Discord omits localizations from lists unless they are requested. */
function withoutLocalizations(definition: JsonObject): JsonObject {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (!isObject(value)) return value;
    const kept = Object.entries(value).filter(([key]) => !key.endsWith('_localizations'));
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
  };
  return strip(definition) as JsonObject; // an object stays one
}

/** @throws DiscordError 30032 */
function refuseTooMany(commands: readonly Command[]): void {
  for (const [type, limit] of Object.entries(LIMITS.command.perScope)) {
    if (commands.filter((command) => command.type === Number(type)).length > limit) throw discordError(30032);
  }
}
