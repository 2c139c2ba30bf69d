import type { settings as es } from '../es/settings.ts';

const number = (value: number, digits = 2) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits });

const percent = (share: number) =>
  share.toLocaleString('en-US', { style: 'percent', maximumFractionDigits: 0 });

const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;

const doNotCount = (names: string[]) =>
  `${new Intl.ListFormat('en').format(names.map((name) => `\`${name}\``))} ${names.length === 1 ? 'has' : 'have'} no effect`;

/** What Chispa says about a guild's settings. */
export const settings: typeof es = {
  title: 'How I tell jokes here',
  changed: 'Done. The next jokes will come out like this:',
  saved: 'Saved.',
  zoneAssumed: (zone, option) =>
    `I have assumed the time zone \`${zone}\`: if yours is another, choose it with the option \`${option}\`.`,
  blocked: (who: string) => `Done: I no longer answer ${who} here. With \`off\` I do again.`,
  unblocked: (who: string) => `Done: I answer ${who} again.`,
  reset: 'Back to the factory settings:',
  nothingToChange: 'Tell me what to change: pick at least one option.',
  offOrOn: 'I have changed nothing: either turn it off, or choose how it should be.',
  dailyNeedsChannel: 'Tell me in which channel you want it, too.',
  unknownDecoder: 'I do not know that decoder: pick one from the list.',
  outOfRange: (name, min, max, whole) =>
    `\`${name}\` must be a ${whole ? 'whole number' : 'number'} between ${number(min)} and ${number(max)}.`,
  overContext: (name, context, model) =>
    `The version ${model} reads at most ${number(context)} tokens (pieces of words) at once: \`${name}\` can be 1 to ${number(context)}.`,
  idle: {
    decoder: (names, decoder) => `With the ${decoder} decoder ${doNotCount(names)}.`,
    epsilon: (names) => `With \`epsilon\` at 1 the likeliest word always wins, so ${doNotCount(names)}.`,
    topK: (names) => `With \`top_k\` at 1 only one candidate is left, so ${doNotCount(names)}.`,
    refused: 'I have changed nothing: leave out what has no effect, or pick another combination.',
  },
  changedBy: (who, when) => `Last change: ${who}, ${when}`,
  neverChanged: 'These are the factory settings.',
  on: 'yes',
  off: 'no',
  guild: {
    newShare: 'Mix',
    safeMode: 'Safe mode',
    cooldownSeconds: 'Wait between jokes',
    daily: 'Joke of the day',
    duel: 'Duel of the day',
    logChannelId: 'Log channel',
    moderatorRoleId: 'Role that may tune me',
    modelVersionId: 'Version',
    learns: 'Votes from here teach me',
    adventure: 'Adventure',
    voice: 'Own voice',
  },
  values: {
    mix: (percent) =>
      percent === 0
        ? 'house jokes only'
        : percent === 100
          ? 'new jokes only'
          : `${number(percent)}% new, the rest house jokes`,
    mixByModel: '(the factory setting with this model)',
    mixDefault: 'the factory setting',
    safeMode: (on) => (on ? 'yes' : 'no, in age-restricted channels'),
    cooldown: (seconds) => (seconds === 0 ? 'none' : `${number(seconds)} s`),
    daily: (channel, time, zone) => `in <#${channel}> at ${time} (${zone})`,
    none: 'none',
    adventure: {
      off: 'none: I write a single joke, whatever comes',
      careful: 'a little: of several, I tell the one I think people will like most',
      balanced: 'some: of several, I tell the most promising one, and now and then try something else',
      bold: 'a lot: I often try what I do not know yet whether people like',
    },
    activeModel: 'the active one',
    forgottenVersion: 'one that is gone',
    voiceSince: (when) => `yes, since ${when}`,
    voiceLater: 'yes, as soon as there are votes enough to learn it',
    voiceMute: 'yes, but votes from here do not teach me: change that with `/tune learn`',
  },
  historyTitle: 'Latest changes',
  historyEmpty: 'Nobody has changed anything yet.',
  historyLine: (when, who, what) => `${when} · ${who} · ${what}`,
  fields: {
    decoder: 'Decoder',
    epsilon: 'ε (epsilon)',
    temperature: 'Temperature',
    topK: 'Top-k',
    topP: 'Top-p',
    repetitionPenalty: 'Repetition penalty',
    maxTokens: 'Maximum length',
  },
  explain: {
    decoder: {
      'epsilon-greedy': 'ε-greedy: sometimes the likeliest word, sometimes a draw by probability',
      sampling: 'sampling: each word is drawn by its probability',
      greedy: 'greedy: always the likeliest; the same beginning always gives the same joke',
    },
    epsilon: (value) =>
      value >= 1
        ? `${number(value)}: always takes the likeliest`
        : value <= 0
          ? `${number(value)}: always draws`
          : `${number(value)}: ${percent(value)} of the steps take the likeliest, the rest are drawn (reinforcement learning usually writes it the other way round)`,
    epsilonUnused: (value) => `${number(value)} (only counts with the ε-greedy decoder)`,
    idle: (value) => `${number(value)} (no effect: the likeliest word always wins)`,
    temperature: (value) =>
      `${number(value)}: ${value < 0.7 ? 'careful' : value <= 1 ? 'balanced' : 'daring'}`,
    topK: (value) =>
      value === 0
        ? '0: no limit on candidates'
        : value === 1
          ? '1: only the likeliest'
          : `${number(value)}: only among the ${number(value)} likeliest`,
    topP: (value) =>
      value === 1
        ? '1: no cut'
        : `${number(value)}: only among the likeliest that add up to ${percent(value)}`,
    repetitionPenalty: (value) =>
      value === 1 ? '1: may repeat itself' : `${number(value)}: avoids repeating what was said`,
    maxTokens: (value) =>
      `${count(value, 'token', 'tokens')} (pieces of words): about ${count(Math.max(1, Math.round(value / 1.4)), 'word', 'words')}`,
    overContext: (value, context) =>
      `${count(value, 'token', 'tokens')} (pieces of words), but this version reads at most ${number(context)} at once`,
  },
};
