import type {
  APIApplicationCommand,
  APIApplicationCommandOption,
  APIMessage,
  APIModalInteractionResponseCallbackData,
  LocaleString,
} from 'discord-api-types/v10';

/** The shapes of the box's control API, as docs/control-api.md describes them. */

export interface Role {
  id: string;
  name: string;
  color: number;
  permissions: string;
}

export interface Member {
  id: string;
  name: string;
  username: string;
  moderator: boolean;
  roles: string[];
  permissions: string;
  timedOutUntil: string | null;
}

export interface Channel {
  id: string;
  /** Discord's: 0 text, 15 forum. */
  type: number;
  name: string;
  topic: string | null;
  nsfw: boolean;
  threads: Thread[];
}

export interface Thread {
  id: string;
  name: string;
  private: boolean;
  owner: string;
  members: string[];
  archived: boolean;
  locked: boolean;
}

export interface Guild {
  id: string;
  name: string;
  locale: string;
  emojis: { id: string; name: string; animated: boolean }[];
  channels: Channel[];
  roles: Role[];
  members: Member[];
}

export interface World {
  bot: { id: string; name: string; online: boolean };
  application: { id: string; name: string };
  guilds: Guild[];
  dms: { id: string; user: string; name: string }[];
  /** Conversations between people, without the bot. */
  privates: { id: string; users: string[] }[];
  /** Who has added the application to their account. */
  installedBy: string[];
  commands: Command[];
  clock: { now: string; offsetMs: number };
}

export type Command = APIApplicationCommand;
export type CommandOption = APIApplicationCommandOption;
export type Modal = APIModalInteractionResponseCallbackData;
export type Locale = Extract<LocaleString, 'es-ES' | 'es-419' | 'en-US'>;

/** A Discord message with what the box adds to it. */
export type Message = Omit<APIMessage, 'interaction'> & {
  edits: number;
  interaction: string | null;
};

export interface Interaction {
  id: string;
  type: number;
  user: string;
  guild: string | null;
  channel: string;
  name?: string;
  customId?: string;
  state: 'pending' | 'acknowledged' | 'answered' | 'failed';
  ackMs: number | null;
  reason?: string;
  message?: string;
  modal?: Modal;
}

export interface Upload {
  filename: string;
  contentType: string;
  /** base64 */
  data: string;
}

export type OptionValue = string | number | boolean | Upload;

/** What an autocomplete answer or a registered option offers. */
export interface Choice {
  name: string;
  value: string | number;
  name_localizations?: Record<string, string | null> | null;
}

/** Where the person looks: a channel of a guild, or (guild null) the conversation with the bot. */
export interface Place {
  guild: string | null;
  channel: string;
}

/** A pressed button or a choice in a select, as long as it is open or its failure is shown. */
export interface Press {
  message: string;
  customId: string;
  interaction: string | null;
  failed: boolean;
}

export interface State {
  world: World | null;
  connected: boolean;
  user: string | null;
  locale: Locale;
  /** Whether the language is the browser's, not one that the person chose. */
  localeGuessed: boolean;
  theme: 'auto' | 'light' | 'dark';
  place: Place | null;
  /** By channel, oldest first. */
  messages: Map<string, Message[]>;
  /** One's own and the looked-up ones, by id. */
  interactions: Map<string, Interaction>;
  presses: Press[];
  typing: Map<string, number>;
  unread: Map<string, number>;
}

/** What an element may hold: empty values are left out, strings become text (never markup). */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

/** What the components of a message stand in. */
export interface Surroundings {
  state: State;
  message: Message;
  /** Sends the interaction. */
  press: (customId: string, values?: string[]) => void;
  /** What was chosen in each select since the message last changed. */
  selections: Map<string, string[]>;
}

/** What one kind of a modal's inputs brings; its label and its error are put around it. */
export interface Input {
  element: HTMLElement;
  /** The value as the control API wants it. */
  read: () => unknown;
  /** What is wrong with it, if anything. */
  fault: () => string | null;
}
