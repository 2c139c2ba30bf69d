import {
  type AutocompleteInteraction,
  type BaseInteraction,
  type Client,
  Events,
  type RepliableInteraction,
} from 'discord.js';
import { type Action, type ActionName, parseCustomId } from '../discord/custom-id.ts';
import { messagesFor } from '../discord/messages/index.ts';
import type { Logger } from '../lib/log.ts';
import { noteUnheard, surviveLostAnswers } from './acknowledging.ts';
import { answerError } from './answer-error.ts';
import type { Blocks } from './blocks.ts';
import type { ButtonHandler, ModalHandler } from './buttons/handler.ts';
import { BUTTONS, MODALS } from './buttons/index.ts';
import type { Command, Services } from './command.ts';
import type { Handled } from './handled.ts';
import { demandOwnButton } from './pressed.ts';
import { Refusal } from './refusal.ts';
import { noticeWhenSlow } from './slow-notice.ts';

export interface Routes {
  commands: ReadonlyMap<string, Command>;
  services: Services;
  handled: Handled;
  blocks: Blocks;
  /** Whether an interaction has become a request that is not answered yet. */
  isOpen(interactionId: string): boolean;
  log: Logger;
}

/** Routes each interaction to its command or button; `answerError` handles whatever a handler throws. */
export function routeInteractions(client: Client, routes: Routes): void {
  const unheard = noteUnheard(client.rest);
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isAutocomplete()) {
      // A late or failed suggestion is simply not shown.
      complete(interaction, routes).catch((err) => routes.log.debug({ err }, 'no suggestions'));
      return;
    }
    if (!interaction.isRepliable()) return;
    surviveLostAnswers(interaction, unheard);
    void handle(interaction, routes);
  });
}

async function handle(interaction: RepliableInteraction & BaseInteraction, routes: Routes): Promise<void> {
  const { isOpen, log, services } = routes;
  const handled = noticeWhenSlow(interaction, { db: services.store.db, isOpen, log });
  // A vote shows nobody a placeholder.
  const done = isVote(interaction) ? undefined : await routes.handled.begin(interaction);
  await dispatch(interaction, routes).catch((error) =>
    answerError(interaction, error, messagesFor(interaction.locale), log),
  );
  handled();
  await done?.();
}

/** What everybody may do, even who is shut out: see and delete what is kept about them. */
const isAboutOwnData = (interaction: RepliableInteraction): boolean =>
  interaction.isChatInputCommand()
    ? interaction.commandName === 'privacidad'
    : (interaction.isButton() || interaction.isModalSubmit()) &&
      OWN_DATA.includes(parseCustomId(interaction.customId)?.action);
const OWN_DATA: (ActionName | undefined)[] = ['export', 'forget', 'forget-for-ever'];

const isVote = (interaction: RepliableInteraction): boolean =>
  interaction.isButton() && parseCustomId(interaction.customId)?.action === 'rate';

async function dispatch(
  interaction: RepliableInteraction & BaseInteraction,
  { commands, services, blocks }: Routes,
): Promise<void> {
  if (!isAboutOwnData(interaction)) blocks.demandWelcome(interaction);
  const context = { ...services, messages: messagesFor(interaction.locale) };
  if (interaction.isChatInputCommand()) {
    const command = commands.get(interaction.commandName);
    if (!command || !('execute' in command)) throw new Refusal((m) => m.refusal.unknownCommand);
    await command.execute(interaction, context);
  } else if (interaction.isMessageContextMenuCommand()) {
    const command = commands.get(interaction.commandName);
    if (!command || !('executeOnMessage' in command)) throw new Refusal((m) => m.refusal.unknownCommand);
    await command.executeOnMessage(interaction, context);
  } else if (interaction.isButton()) {
    const action = actionOf(interaction.customId);
    demandOwnButton(interaction);
    // The table's type pairs each action with its handler, but TypeScript loses that when indexing.
    await (BUTTONS[action.action] as ButtonHandler<ActionName>)(interaction, action, services);
  } else if (interaction.isModalSubmit()) {
    const action = actionOf(interaction.customId);
    const handle = MODALS[action.action] as ModalHandler<ActionName> | undefined; // as above
    if (!handle) throw new Refusal((m) => m.refusal.oldButton);
    demandOwnButton(interaction); // the modal of a button has its custom id
    await handle(interaction, action, services);
  } else {
    throw new Refusal((m) => m.refusal.unknownCommand);
  }
}

function actionOf(customId: string): Action {
  const action = parseCustomId(customId);
  if (!action) throw new Refusal((m) => m.refusal.oldButton);
  return action;
}

async function complete(interaction: AutocompleteInteraction, { commands, services }: Routes): Promise<void> {
  const command = commands.get(interaction.commandName);
  if (!command || !('execute' in command) || !command.autocomplete) return;
  await command.autocomplete(interaction, { ...services, messages: messagesFor(interaction.locale) });
}
