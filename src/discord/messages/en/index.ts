import type { Messages } from '../es/index.ts';
import { commands } from './commands.ts';
import { learning } from './learning.ts';
import { settingNames } from './setting-names.ts';
import { settings } from './settings.ts';

const number = (value: number, digits = 2) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits });

const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;

/** Everything Chispa says in English. The jokes stay in Spanish. */
export const en: Messages = {
  locale: 'en-US',
  number,

  decoders: { 'epsilon-greedy': 'ε-greedy', sampling: 'sampling', greedy: 'greedy' },

  joke: {
    title: 'Joke',
    titleAbout: (theme) => `A joke about ${theme}`,
    continuation: 'And so it goes on',
    thinking: '💭 Thinking of several, to tell the best…',
    writing: 'writing…',
    empty: '*(The model was lost for words. Try again!)*',
    noVotes: 'No votes yet: how would you rate it?',
    tally: (mean, votes) => `★ ${number(mean, 1)} of 5 · ${count(votes, 'vote', 'votes')}`,
    setting: (name, value) => `${settingNames[name]} ${number(value, 4)}`,
    footer: ({ model, settings, seed }) => [model, ...settings, `seed ${seed}`].join(' · '),
    voiced: (model) => `${model} with its own voice`,
    house: 'House joke',
    fresh: (how) => `Freshly made · ${how}`,
    askedBy: (who) => `${who} asked for it`,
    retold: 'One that people here liked',
    hidden: 'This joke is hidden.',
    themeIgnored: (theme) =>
      `This version cannot tell jokes about a theme yet, so “${theme}” did not count. Here is a free one:`,
    themeMissed: (theme) =>
      `You asked for something about “${theme}”, but the joke does not mention it. “Another” tries again.`,
    instead: 'I could not come up with a new one, so here is one of the house.',
    houseLacks: (theme) =>
      `The house has none about “${theme}”, and right now I cannot make one up: this one is about something else.`,
    cut: 'Your text was longer than the model can read: it continued from its last part.',
  },

  refusal: {
    emptyText: 'Write something for me to continue: the text is empty.',
    longText: (max) => `That text is too long: I can continue up to ${number(max)} characters.`,
    longTheme: (max) => `That theme is too long: up to ${max} characters fit.`,
    seed: 'The seed must be a whole number between 0 and 4,294,967,295.',
    nothingToContinue: 'There is no text in that message for me to continue.',
    blockedHere:
      'The moderators of this server have decided that I do not answer you here. With `/privacy` you can still see and delete your data.',
    blockedEverywhere:
      'My host has decided that I do not answer you. With `/privacy` you can still see and delete your data.',
    cannotBlock: 'I cannot block you, nor myself: choose somebody else.',
    moderatorsOnly: 'That is only for people who manage this server.',
    guildOnly: 'That only works in a server that has added me.',
    bestInGuild:
      'The best are chosen by the votes of a server that has added me. Here, try `/joke` without `source`.',
    oldButton:
      'This button is from another age and I can no longer read it. Ask for a new joke with `/joke`.',
    jokeGone: 'That joke no longer exists, so I cannot save your vote.',
    cooldown: (readyAt) => `Let me catch my breath: you can ask for another joke <t:${readyAt}:R>.`,
    tooManyOpen: (max, readyAt) =>
      `You already have ${max} jokes on their way. Try again <t:${readyAt}:R>, when the first one arrives.`,
    guildBusy: (max, readyAt) =>
      `This server already has ${max} jokes in the queue. Please try again <t:${readyAt}:R>.`,
    longQueue: (readyAt) =>
      `So many people are asking for jokes that your turn would come <t:${readyAt}:R>, and Discord does not let me take that long. Try again in a while, or ask for \`/joke\` with \`source: of the house\`, which comes at once.`,
    unsafeTheme: 'I tell no jokes about that. Shall we try another theme?',
    unsafeText: 'I cannot continue that text. Shall we try another?',
    notYours: 'Only the person who asked for this joke can delete it.',
    noHouse: 'The house has no joke about that. Shall we try another theme, or a new joke?',
    noOtherHouse:
      'The house has no other joke about that. `/joke` with `source: new` lets me make one up for you.',
    noBestAbout:
      'None of those that people here liked is about that. Shall we try another theme, or a new one?',
    noBest: 'No joke in this server has good votes yet. Rate a few and try again!',
    unknownModel: 'I do not know that model version: pick one from the list.',
    unknownTimeZone: (zone) =>
      `I do not know the time zone \`${zone}\`. Pick one from the list, for example \`Europe/Madrid\`.`,
    wrongTime: (time) => `\`${time}\` is not a time. Write it like \`9:30\`, \`21:00\` or \`9 pm\`.`,
    cannotWrite: (channel) =>
      `I cannot write in <#${channel}>: let me view the channel, send messages and embed links.`,
    notMyJoke: 'That message is not one of my jokes.',
    stepsGone: 'I no longer keep the steps of that joke.',
    stepsUntold: 'I told that joke from a server that does not say which words seemed likely to it.',
    modelElsewhere: (model) =>
      `**${model}** told that joke. Now another model tells them, so I cannot think it through again.`,
    modelRetired: (model) =>
      `**${model}** told that joke and has retired: I no longer keep its weights, so I cannot think it through again.`,
    voiceRetired:
      'I told that joke with a voice of this server that I no longer keep, so I cannot think it through again.',
    unknownCommand:
      'I do not know that command. Discord may still be showing an old one: try again in a minute.',
  },

  waiting: (position, readyAt) =>
    `⏳ There is a queue: you are number **${number(position)}**. Your turn comes <t:${readyAt}:R>.`,

  restarting: '⏳ I am restarting: what you asked for comes as soon as I am back.',

  buttons: {
    again: 'Another',
    more: 'Continue',
    think: 'What was I thinking?',
    report: 'Report',
    delete: 'Delete',
    hide: 'Hide',
    clear: 'It is fine',
    export: 'Show my data',
    forget: 'Delete my data',
    forgetForEver: 'Yes, delete everything',
    pin: 'Pin in this server',
    unpin: 'Follow the active one',
    tie: 'Tie',
    reportOne: (side) => `Report ${side}`,
    closeDuel: 'Close',
  },

  report: {
    title: 'Report this joke',
    reason: 'What is wrong with it?',
    placeholder: 'For example: it insults somebody',
    thanks: 'Thank you. The moderators of this server will look at it.',
    thanksUnheard:
      'Thank you, I have noted it. Nobody in this server hears from me yet: if it is serious, tell a moderator. Three reports hide a joke.',
    thanksElsewhere: 'Thank you, I have noted it. Three reports hide a joke.',
    thanksHidden: 'Thank you. Several people have reported it, so I have hidden it.',
    logTitle: 'A reported joke',
    logReports: (reports) =>
      reports === 1 ? '1 person has reported it' : `${number(reports)} people have reported it`,
    logReason: 'Reason',
    logHidden: 'It is hidden and will never be learned from.',
    hidden: 'This joke is hidden.',
    hiddenBy: (who) => `${who} has hidden it.`,
    clearedBy: (who) => `${who} has looked at it: it may stay.`,
    nowHiddenBoth: 'Done: both jokes are hidden and will never be learned from.',
    nowHidden: 'Done: the joke is hidden and will never be learned from.',
  },

  steps: {
    title: 'What I was thinking',
    explain:
      'At each of the first steps, the words that seemed likeliest to me and, marked, the one that came out. The probabilities are the model’s own, before the server’s settings apply.',
    again: (how) =>
      `To tell it again where the model is (it came with ${how}; another processor may change a word):`,
    considered: 'I chose among these',
    expected: (rating) => `★ ${number(rating, 1)} expected`,
    columns: { step: 'Step', text: 'Text so far' },
  },

  preview: { title: 'The same seed, before and now', before: 'Before', after: 'Now' },

  duel: {
    title: '⚔️ Duel: which one do you like better?',
    until: (closesAt, votes) =>
      `The tally is shown when it closes: <t:${closesAt}:R>, or with ${number(votes)} votes.`,
    counted: (choice, closesAt) =>
      `Noted: ${choice === 'tie' ? 'a tie' : `you like **${choice.toUpperCase()}** better`}. You can change it until it closes, <t:${closesAt}:R>.`,
    countedLast: 'Noted. That was the last vote: the duel is closed.',
    votes: (votes) => count(votes, 'vote', 'votes'),
    result: ({ a, b, tie }) => {
      if (a + b + tie === 0) return 'Closed, and nobody voted.';
      const ties = tie === 0 ? '' : ` (and ${count(tie, 'vote', 'votes')} for a tie)`;
      if (a === b) return `A tie: ${number(a)} to ${number(b)}${ties}.`;
      return `**${a > b ? 'A' : 'B'}** wins, ${number(Math.max(a, b))} to ${number(Math.min(a, b))}${ties}.`;
    },
    guess: (side, share) =>
      `My bet was on **${side}** (${share.toLocaleString('en-US', { style: 'percent', maximumFractionDigits: 0 })}).`,
    gone: 'That duel no longer exists, or one of its jokes is hidden: I cannot note your vote.',
    over: 'That duel is closed already.',
    inGuild: 'A duel is for many to decide: ask for it in a server that has added me.',
    nobodyWrites: 'A duel needs a new joke, and right now I cannot make one up. Try again in a while.',
    noOpponent: 'I find no joke to set against the new one.',
  },

  ranking: {
    title: { week: 'The best of the week', month: 'The best of the month', ever: 'The best of all time' },
    empty: 'No jokes have votes in this time yet. Ask for one with `/joke` and vote!',
    line: (place, score, votes) =>
      `${['🥇', '🥈', '🥉'][place - 1] ?? `**${place}.**`} ★ ${number(score, 1)} · ${count(votes, 'vote', 'votes')}`,
    house: 'house joke',
    explain: 'With few votes a score is drawn towards the mean, so that a single vote does not win.',
  },

  statistics: {
    title: 'How this server is doing',
    summary: (jokes, votes, mean) =>
      `${count(jokes, 'joke', 'jokes')} · ${count(votes, 'vote', 'votes')}${mean === null ? '' : ` · mean rating ${number(mean, 2)}`}`,
    generated: 'Freshly made',
    house: 'House jokes',
    chosen: (since, before) =>
      `Since I choose among several, new ones have ${number(since, 2)}${before === null ? '' : ` (before, ${number(before, 2)})`}.`,
    empty: 'There are no votes to draw yet.',
    nothing: 'I have not told a joke here yet. Ask for one with `/joke`!',
    chart: {
      byWeek: 'Mean rating by week',
      byModel: 'Mean rating by model version',
      mean: 'mean rating of new jokes',
      house: 'mean rating of house jokes',
      votes: 'votes',
      version: (name, mean, votes) => `${name}  ${number(mean)}  (${count(votes, 'vote', 'votes')})`,
      byExpectation: 'What I expected and what came',
      predicted: 'rating I expected',
      given: 'rating people gave',
    },
  },

  help: {
    title: 'Hello, I am Chispa',
    intro: 'I tell jokes in Spanish: some are house jokes, others I make up with a small language model.',
    learns: 'Your votes teach me which ones people like.',
    lines: [
      '**/joke** — a joke; `theme` chooses what about, and `source` whether it is new or a house joke',
      '**/continue** — you begin and I go on (also with right click → Apps → Continue joke)',
      '**😐 🙂 😄 😂 🤣** — rate it; you can change your vote at any time',
      '**What was I thinking?** — see which words I was weighing',
      '**/privacy** — what I keep about you, and how to delete it',
    ],
    inGuilds: [
      '**/joke** with `source: the best` — one that people here liked most',
      '**/duel** — two jokes side by side: choose the better one',
      '**/top** and **/statistics** — the best of this server',
      '**/tune** — for moderators: how I tell jokes here, also with a voice of its own',
      '**/model** — for moderators: my versions, and what I learned from your votes',
    ],
    elsewhere:
      'Servers that add me have more: a ranking, statistics, the best jokes, and settings for moderators.',
    footer: 'I make up the new ones myself. If something is wrong, report it with its button.',
  },

  welcome: {
    title: 'Hello! I am Chispa',
    intro:
      'I tell jokes in Spanish: some are house jokes, others I make up with a small language model. Ask for one with `/joke` and rate it: I learn from the votes.',
    lines: [
      '`/help` — everything I can do',
      '`/privacy` — what I keep about each person, and how to delete it; I do not read the messages of the server',
    ],
    moderators: 'For moderators',
    log: '`/tune log` picks the channel where I tell you about reported jokes and about what I learn: without one, nobody hears of them. Safe mode is on; `/tune show` shows everything that can be changed.',
  },

  privacy: {
    title: 'Your privacy',
    kept: [
      '• What you ask for (theme or text) and your id, for **30 days**; then they are erased by themselves.',
      '• Your votes, under a pseudonym that cannot be undone without the host’s secret key.',
      '• What you type is **never** used to train the model, nor are the jokes that come of it.',
      '• When I am removed from a server, I delete everything of it after 30 days: jokes, votes, and settings.',
      '• I do not read the messages of the server: I do not even ask for permission to.',
      '• If you bring me to other servers or conversations with your account, I do not keep which ones.',
    ],
    file: 'This is everything I keep about you.',
    confirm:
      'Are you sure? I will delete your votes, your reports, what you asked me for, and the jokes that came of what you typed. This cannot be undone.',
    forgotten: (votes, requests) =>
      `Done: I have deleted ${count(votes, 'vote', 'votes')} and ${count(requests, 'request', 'requests')}. I keep nothing about you any more.`,
  },

  daily: { title: 'The joke of the day', duel: '⚔️ The duel of the day: which one do you like better?' },

  failure: {
    unsafe: 'Nothing that can be told here comes to me today. Sorry: try again.',
    internal: (code) =>
      `Something went wrong on my side and I have noted it. Try again in a moment. (${code})`,
    generation: (code) => `I could not finish the joke. Try again in a moment. (${code})`,
    blocked:
      'The AutoMod of this server did not let through what I wanted to say. Try again: it will be something else.',
    refused: (code) => `Discord did not accept this message. Try again in a moment. (${code})`,
    interrupted: 'I restarted just as you asked. Please ask me again.',
    slow: 'This is taking longer than usual: my database does not answer. I am still trying.',
    late: 'This is taking longer than usual, but I am still on it: no need to ask again.',
    expired: 'I took so long that your turn passed. Please ask me again.',
  },

  settings,

  periods: { week: 'this week', month: 'this month', ever: 'of all time' },
  adventures: { off: 'none', careful: 'a little', balanced: 'some', bold: 'a lot' },
  sources: { new: 'new', house: 'of the house', best: 'the best' },

  presence: (jokes) =>
    jokes === 0
      ? 'Ask me for a /joke'
      : jokes === 1
        ? '1 joke told today'
        : `${number(jokes)} jokes told today`,

  learning,

  commands,
};
