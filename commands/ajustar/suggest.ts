import type { AutocompleteInteraction } from 'discord.js';
import { AUTOCOMPLETE_CHOICES } from '../../src/bot/command.ts';
import type { Database } from '../../src/db/connect.ts';
import { usableModels } from '../../src/db/models.ts';
import { folded } from '../../src/discord/text.ts';

/** Time zones to suggest first: where most Spanish speakers live. */
const NEARBY = [
  'Europe/Madrid',
  'America/Mexico_City',
  'America/Bogota',
  'America/Lima',
  'America/Santiago',
  'America/Argentina/Buenos_Aires',
  'America/Caracas',
  'America/Guayaquil',
  'America/Montevideo',
  'Atlantic/Canary',
];
export const ZONES = [...new Set([...NEARBY, ...Intl.supportedValuesOf('timeZone'), 'UTC'])];

/** Suggestions for the options of `/ajustar` with too many values for fixed choices. */
export async function suggest(interaction: AutocompleteInteraction, db: Database): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const all = name === 'version' ? (await usableModels(db)).map((model) => model.name) : ZONES;
  const found = matching(all, value).slice(0, AUTOCOMPLETE_CHOICES);
  await interaction.respond(found.map((choice) => ({ name: choice, value: choice })));
}

/** The choices that contain what was typed so far: "bogotá" and "mexico city" find their zones. */
export function matching(choices: readonly string[], typed: string): string[] {
  const spaced = (text: string) => folded(text).replaceAll('_', ' ');
  return choices.filter((choice) => spaced(choice).includes(spaced(typed)));
}
