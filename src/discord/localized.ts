import { ApplicationIntegrationType, InteractionContextType, Locale } from 'discord.js';
import { en, es, type Messages, messagesFor } from './messages/index.ts';

interface Describable {
  setName(name: string): this;
  setNameLocalizations(names: Partial<Record<Locale, string>> | null): this;
}
interface Described extends Describable {
  setDescription(text: string): this;
  setDescriptionLocalizations(texts: Partial<Record<Locale, string>> | null): this;
}
type Label = { name: string };
type LabelWithDescription = Label & { description: string };

interface Placeable {
  setIntegrationTypes(...types: ApplicationIntegrationType[]): this;
  setContexts(...contexts: InteractionContextType[]): this;
}

/**
 * A command for wherever there are people: in servers and in direct messages with the bot, and, for whoever adds the
 * application to their account, between people and in servers that have not added it. All others are for servers, or what
 * they say.
 */
export const anywhere = <B extends Placeable>(builder: B): B =>
  builder
    .setIntegrationTypes(ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall)
    .setContexts(
      InteractionContextType.Guild,
      InteractionContextType.BotDM,
      InteractionContextType.PrivateChannel,
    );

/** Whoever is answered in English (`messagesFor`) reads English names too; Discord shows the Spanish ones to the others. */
const ENGLISH = Object.values(Locale).filter((locale) => messagesFor(locale) === en);
const inEnglish = (text: string) => Object.fromEntries(ENGLISH.map((locale) => [locale, text]));

/** Names a builder in Spanish with its English localization; `pick` finds the label in a language's messages. */
export function named<B extends Describable>(builder: B, pick: (m: Messages['commands']) => Label): B {
  return builder.setName(pick(es.commands).name).setNameLocalizations(inEnglish(pick(en.commands).name));
}

/** Names and describes a builder (command, subcommand or option) in Spanish and English. */
export function described<B extends Described>(
  builder: B,
  pick: (m: Messages['commands']) => LabelWithDescription,
): B {
  return named(builder, pick)
    .setDescription(pick(es.commands).description)
    .setDescriptionLocalizations(inEnglish(pick(en.commands).description));
}

/** The name of a choice in Spanish, with its English localization. */
export const choiceNames = (pick: (m: Messages) => string) => ({
  name: pick(es),
  name_localizations: inEnglish(pick(en)),
});
