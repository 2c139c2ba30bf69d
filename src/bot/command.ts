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

/** What commands and buttons can use besides Discord. */
export interface Services {
  store: Store;
  ask: AskFor;
  settings: SettingsCache;
  voter: Voter;
  board: MessageBoard;
  moderatorLog: ModeratorLog;
  /** Whether somebody is a host of this Chispa. */
  isHost(userId: string): boolean;
  /** About how many rated jokes a training run needs. */
  learningNeeds: number;
  /** Asks for a training run. False if one was already requested. */
  requestLearning(): Promise<boolean>;
}

/** What a command gets along with its interaction. */
export interface CommandContext extends Services {
  /** Chispa's messages in the language of the person who asked. */
  messages: Messages;
}

/** The most suggestions that Discord shows. */
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

/** The default export of each file in `commands/`, or of a folder's `index` there. */
export type Command = SlashCommand | MessageCommand;
