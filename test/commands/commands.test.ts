import type { REST } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { loadCommands } from '../../src/bot/load-commands.ts';
import { commandRegistry } from '../../src/bot/register.ts';
import { es } from '../../src/discord/messages/index.ts';
import { DECODERS, RANGES } from '../../src/lib/settings.ts';

const commands = await loadCommands();
const json = (name: string) => JSON.parse(JSON.stringify(commands.get(name)?.data.toJSON()));

describe('the commands', () => {
  it('are those of the README', () => {
    expect([...commands.keys()].sort()).toEqual(
      [
        'Continuar chiste',
        'Ocultar chiste',
        'ajustar',
        'ayuda',
        'chiste',
        'continuar',
        'duelo',
        'estadisticas',
        'modelo',
        'privacidad',
        'ranking',
      ].sort(),
    );
  });

  it('have English names in all languages but Spanish, as the answers are, and descriptions that fit', () => {
    interface Entry {
      name: string;
      name_localizations?: Record<string, string>;
      description?: string;
      description_localizations?: Record<string, string>;
      options?: Entry[];
    }
    const check = ({ name, description, options = [], ...localized }: Entry) => {
      const { name_localizations, description_localizations } = localized;
      expect(name_localizations?.['en-US'], name).toBeTruthy();
      for (const locale of ['en-GB', 'fr', 'pt-BR', 'ja'])
        expect(name_localizations?.[locale], name).toBe(name_localizations?.['en-US']);
      for (const locale of ['es-ES', 'es-419']) expect(name_localizations?.[locale]).toBeUndefined();
      if (description) {
        expect(description.length).toBeLessThanOrEqual(100);
        expect(description_localizations?.['en-US']?.length, name).toBeLessThanOrEqual(100);
      }
      for (const option of options) check(option);
    };
    for (const name of commands.keys()) check(json(name));
  });

  it('take the ranges and decoders of the settings schema', () => {
    const decoder = json('ajustar').options.find((sub: { name: string }) => sub.name === 'decodificador');
    const option = (name: string) => decoder.options.find((entry: { name: string }) => entry.name === name);
    expect(option('top_k')).toMatchObject({
      type: 4,
      min_value: RANGES.topK.min,
      max_value: RANGES.topK.max,
    });
    expect(option('epsilon')).toMatchObject({ type: 10, min_value: 0, max_value: 1 });
    expect(option('decodificador').choices.map(({ value }: { value: string }) => value)).toEqual([
      ...DECODERS,
    ]);
    expect(option('decodificador').choices[0].name).toBe(es.decoders['epsilon-greedy']);
  });

  it('are in servers, those for people everywhere, and for whoever adds the app to their account', () => {
    const places = (name: string) => {
      const { contexts, integration_types } = json(name);
      return { contexts, integration_types };
    };
    for (const name of ['chiste', 'continuar', 'duelo', 'Continuar chiste', 'ayuda', 'privacidad'])
      expect(places(name), name).toEqual({ contexts: [0, 1, 2], integration_types: [0, 1] });
    for (const name of ['ranking', 'estadisticas', 'ajustar', 'Ocultar chiste'])
      expect(places(name), name).toEqual({ contexts: [0] });
    expect(places('modelo')).toEqual({ contexts: [0, 1] });
  });

  it.each([
    ['not be added to an account', { 0: {} }, [0]],
    ['be added to an account', { 0: {}, 1: {} }, [0, 1]],
    ['be added in ways that Discord does not tell', undefined, [0]],
  ])('are registered as the application is set up: where it can %s', async (_, config, types) => {
    const put: { name: string; integration_types: number[] }[] = [];
    const rest = {
      get: async (route: string) =>
        route.endsWith('/commands') ? [] : { id: '1', integration_types_config: config },
      put: async (_route: string, { body }: { body: typeof put }) => void put.push(...body),
    } as unknown as REST; // all that is used here
    const registry = await commandRegistry(rest, commands.values());
    expect(registry.forPeople).toBe(types.length > 1);
    await registry.deploy();
    const typesOf = (name: string) => put.find((command) => command.name === name)?.integration_types;
    expect([typesOf('chiste'), typesOf('ranking')]).toEqual([types, [0]]);
  });

  it('are hidden from ordinary members where they are for moderators', () => {
    const MANAGE_GUILD = '32';
    for (const name of ['ajustar', 'modelo', 'Ocultar chiste']) {
      expect(json(name).default_member_permissions).toBe(MANAGE_GUILD);
    }
  });
});
