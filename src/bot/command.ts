import type {
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  MessageContextMenuCommandInteraction,
  RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import type { Store } from '../db/connect.ts';
import type { Voter } from '../db/voter.ts';
import type { Messages } from '../discord/messages/index.ts';
import type { AskFor } from './ask.ts';
import type { SettingsCache } from './guild-settings.ts';
import type { MessageBoard } from './message-board.ts';
import type { ModeratorLog } from './moderator-log.ts';

/** What commands and buttons may do beyond answering Discord. */
export interface Services {
  store: Store;
  ask: AskFor;
  settings: SettingsCache;
  voter: Voter;
  board: MessageBoard;
  moderatorLog: ModeratorLog;
  /** Whether somebody hosts this Chispa. */
  isHost(userId: string): boolean;
  /** Rated jokes that a training run needs, about. */
  learningNeeds: number;
  /** Asks for a training run. False when one is asked for already. */
  requestLearning(): Promise<boolean>;
}

/** What a command gets beside its interaction. */
export interface CommandContext extends Services {
  /** What Chispa says in the language of whoever asked. */
  messages: Messages;
}

/** Suggestions that Discord shows at most. */
export const AUTOCOMPLETE_CHOICES = 25;

interface CommandData {
  readonly name: string;
  toJSON(): RESTPostAPIApplicationCommandsJSONBody;
}

export interface SlashCommand {
  data: CommandData;
  execute(interaction: ChatInputCommandInteraction, context: CommandContext): Promise<void>;
  autocomplete?(interaction: AutocompleteInteraction, context: CommandContext): Promise<void>;
}

export interface MessageCommand {
  data: CommandData;
  executeOnMessage(interaction: MessageContextMenuCommandInteraction, context: CommandContext): Promise<void>;
}

/** Each file of `commands/`, or the `index` of a folder there, exports one of these by default. */
export type Command = SlashCommand | MessageCommand;
