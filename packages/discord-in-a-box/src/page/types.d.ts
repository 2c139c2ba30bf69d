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
  /** Discord's channel type: 0 text, 15 forum. */
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
  /** Direct messages between people, without the bot. */
  privates: { id: string; users: string[] }[];
  /** Ids of people who added the application to their account. */
  installedBy: string[];
  commands: Command[];
  clock: { now: string; offsetMs: number };
}

export type Command = APIApplicationCommand;
export type CommandOption = APIApplicationCommandOption;
export type Modal = APIModalInteractionResponseCallbackData;
export type Locale = Extract<LocaleString, 'es-ES' | 'es-419' | 'en-US'>;

/** A Discord message with the box's own fields. */
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

/** A choice offered by autocomplete or a registered option. */
export interface Choice {
  name: string;
  value: string | number;
  name_localizations?: Record<string, string | null> | null;
}

/** The place a person is looking at: a guild's channel, or (if guild is null) direct messages. */
export interface Place {
  guild: string | null;
  channel: string;
}

/** A button press or select choice, while it is pending or its failure is shown. */
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
  /** Whether the language came from the browser rather than the person. */
  localeGuessed: boolean;
  theme: 'auto' | 'light' | 'dark';
  place: Place | null;
  /** By channel, oldest first. */
  messages: Map<string, Message[]>;
  /** The person's own interactions and those fetched, by id. */
  interactions: Map<string, Interaction>;
  presses: Press[];
  typing: Map<string, number>;
  unread: Map<string, number>;
}

/** What an element may contain: empty values are skipped, strings become text (never markup). */
export type Child = Node | string | number | null | undefined | false | readonly Child[];

/** The context of a message's components. */
export interface Surroundings {
  state: State;
  message: Message;
  /** Sends the interaction. */
  press: (customId: string, values?: string[]) => void;
  /** The choices in each select since the message last changed. */
  selections: Map<string, string[]>;
}

/** What each kind of modal input provides; label and error are added around it. */
export interface Input {
  element: HTMLElement;
  /** The value in the control API's format. */
  read: () => unknown;
  /** What is wrong with it, if anything. */
  fault: () => string | null;
}
