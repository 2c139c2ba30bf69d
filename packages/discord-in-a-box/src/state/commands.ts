import type { Command, Publish } from './model.ts';

/** Registered application commands, global (guild null) and per guild. Every change is published. */
export interface Commands {
  in(guildId: string | null): Command[];
  get(guildId: string | null, id: string): Command | undefined;
  named(guildId: string | null, name: string, type: number): Command | undefined;
  /** Replaces all commands in a scope. */
  replace(guildId: string | null, commands: Command[]): void;
  put(command: Command): void;
  delete(command: Command): void;
  all(): Command[];
  /** The commands usable in a guild (or, with null, in direct messages): its own, then global ones. */
  usableIn(guildId: string | null): Command[];
}

export function createCommands({ publish }: { publish: Publish }): Commands {
  const scopes = new Map<string | null, Command[]>();
  const within = (guildId: string | null) => scopes.get(guildId) ?? [];
  const set = (guildId: string | null, commands: Command[]) => {
    scopes.set(guildId, commands);
    publish({ kind: 'commands-changed' });
  };
  return {
    in: within,
    get: (guildId, id) => within(guildId).find((command) => command.id === id),
    named: (guildId, name, type) =>
      within(guildId).find((command) => command.name === name && command.type === type),
    replace: set,
    put(command) {
      const others = within(command.guildId).filter(({ id }) => id !== command.id);
      set(command.guildId, [...others, command]);
    },
    delete(command) {
      set(
        command.guildId,
        within(command.guildId).filter(({ id }) => id !== command.id),
      );
    },
    all: () => [...scopes.values()].flat(),
    usableIn(guildId) {
      const own = guildId === null ? [] : within(guildId);
      const hides = (command: Command) =>
        own.some(({ name, type }) => name === command.name && type === command.type);
      return [...own, ...within(null).filter((command) => !hides(command))];
    },
  };
}
