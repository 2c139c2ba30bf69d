import type { learning as es } from '../es/learning.ts';

const number = (value: number, digits = 2) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits });
const percent = (share: number) =>
  share.toLocaleString('en-US', { style: 'percent', maximumFractionDigits: 1 });
const LEAST = 0.001;
/** A loss, with enough digits to tell two of them apart. */
const nats = (loss: number) =>
  loss.toLocaleString('en-US', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const count = (value: number, one: string, many: string) => `${number(value, 0)} ${value === 1 ? one : many}`;
const jokes = (value: number) => count(value, 'joke', 'jokes');

/** What Chispa says about its versions and how it learns. */
export const learning: typeof es = {
  models: {
    title: 'My versions',
    statuses: {
      active: 'active',
      trial: 'on trial',
      kept: 'kept',
      rejected: 'rejected',
      retired: 'retired',
    },
    rated: (mean, votes) => `★ ${number(mean, 2)} · ${count(votes, 'vote', 'votes')}`,
    unrated: 'no votes',
    jokes,
    pinnedHere: '📌 pinned here',
    pins: (guilds) => `📌 ${count(guilds, 'server', 'servers')}`,
    older: (versions) => `… and ${count(versions, 'older version', 'older versions')}.`,
    newVotes: (votes) => `${count(votes, 'new vote', 'new votes')} since I last learned.`,
    firstVotes: (votes) =>
      `I have not learned from votes yet. So far there are ${count(votes, 'vote', 'votes')}.`,
    learningNow: (since) => `I have been learning since ${since}.`,
    paused: 'I do not learn by myself: my host has paused it.',
    places: {
      cpu: 'the CPU',
      webgpu: 'the GPU',
      cuda: 'the GPU (CUDA)',
      server: 'a model server',
    },
    writesOn: (place, why) => `⚙️ I write on ${place}${why ? `: ${why}` : ''}.`,
    why: {
      measured: (gpu, cpu) =>
        `a step of 8 jokes takes ${number(gpu, 1)} ms on the GPU and ${number(cpu, 1)} ms on the CPU`,
      'no-gpu': 'there is no GPU here',
      failed: 'the GPU could not run my model',
    },
    fields: {
      status: 'Status',
      ratings: 'Ratings',
      parent: 'Comes from',
      created: 'Made',
      learnedFrom: 'What it learned from',
      loss: 'Loss',
      exam: 'Exam',
    },
    notLearned: 'It did not come from your votes.',
    retired: 'Its weights are gone: its jokes are still here, but they cannot be generated again.',
    share: (share) => `on trial: tells ${percent(share)} of the jokes`,
    activated: (now, before) =>
      `Done: from now on I tell jokes with **${now}**. Before it was **${before}**; to go back, \`/model rollback\`.`,
    alreadyActive: (name) => `**${name}** is the active version already.`,
    rolledBack: (to, from) => `Done: I am back to **${to}**. **${from}** is kept, just in case.`,
    willLearn: (votes) =>
      `All right: I will learn as soon as I can, with ${count(votes, 'new vote', 'new votes')}. The log channels will hear of it.`,
    pausedNow: 'Done: I will not learn by myself any more. If I was learning already, I finish what I began.',
    resumedNow: 'Done: I learn by myself again.',
    pinned: (name) => `Done: this server stays with **${name}**.`,
    unpinned: 'Done: this server follows the active version again.',
  },

  refusal: {
    hostOnly: 'Only my host can do that.',
    modelsForModerators: 'My versions are for those who manage the server and for my host to see.',
    unusable: (name) => `The version ${name} cannot tell jokes any more: pick another from the list.`,
    nothingToRollBack:
      'There is no version to go back to: none came before this one, or its weights are gone.',
    learning: (since) => `I am learning already, since ${since}. I will tell when I am done.`,
    onTrial: (name) =>
      `**${name}** is on trial: first the votes decide, or you with \`/model activate\`. Then I learn again.`,
    tooFewRated: (needed, rated) =>
      `Learning takes about ${jokes(needed)} with votes, and so far there ${rated === 1 ? 'is' : 'are'} ${number(rated, 0)}.`,
    learningAsked: 'I was asked already: I begin as soon as I can.',
  },

  log: {
    promoted: {
      title: 'I have learned from your votes',
      text: (version, former) =>
        `From now on I tell jokes with **${version}**. Until today it was **${former}**.`,
    },
    rejected: {
      title: 'I have practiced, but it is not good enough',
      text: (version, former) => `**${version}** has not passed the exam, so I go on with **${former}**.`,
    },
    'voice-promoted': {
      title: 'This server has a voice of its own',
      text: (_version, former) =>
        `From now on I tell jokes here with **${former}** and an accent learned from your votes alone. If you do not like it, \`/tune voice\` takes it away.`,
    },
    'voice-rejected': {
      title: 'I have not found the voice of this server yet',
      text: (_version, former) =>
        `I have practiced with your votes, but it has not passed the exam: I go on with **${former}**. With more votes I will try again.`,
    },
    trial: {
      title: 'A new version is on trial',
      text: (version, former) =>
        `**${version}** tells a share of the jokes and **${former}** the rest. Your votes will decide which one stays.`,
    },
    failed: {
      title: 'I could not finish learning',
      text: (_version, former) =>
        `I go on with **${former}** as if nothing had happened. My host knows what did.`,
    },
    refused: {
      title: 'I cannot learn yet',
      text: (_version, former) =>
        `I did not get to begin, so I go on with **${former}**. The votes there are count the next time; my host knows what was missing.`,
    },
    'trial-won': {
      title: 'The version on trial stays',
      text: (version, former) =>
        `Your votes have chosen **${version}**: from now on it tells all the jokes instead of **${former}**.`,
    },
    'trial-lost': {
      title: 'The version on trial does not stay',
      text: (version, former) => `Your votes do not prefer **${version}**, so I go on with **${former}**.`,
    },
    'rolled-back': {
      title: 'I have gone back to the version before',
      text: (version, former) =>
        `People liked the jokes of **${version}** less, so I tell them with **${former}** again.`,
    },
    votes: 'Your votes',
    rated: (name, mean, rated) => `**${name}**: ★ ${number(mean, 2)} in ${jokes(rated)}`,
    learnedFrom: (rated, votes, seed) =>
      `${jokes(rated)} that you rated (${count(Math.round(votes), 'vote', 'votes')}) and ${number(seed, 0)} of our own`,
    loss: (before, after, held) =>
      `what you like beside what you do not: ${nats(before)} → ${nats(after)} on ${jokes(held)} it had not seen (less is better)`,
    checks: {
      'held-out': (value, limit) => `${jokes(value)} to compare with (${number(limit, 0)} are needed)`,
      loss: (value, limit) =>
        `the gain is chance: ${value < LEAST ? `less than ${percent(LEAST)}` : percent(value)} probability (at most ${percent(limit)})`,
      language: (value, limit) => `speaks worse: ${nats(value)} (at most ${nats(limit)})`,
      diversity: (value, limit) => `variety: ${number(value)} (at least ${number(limit)})`,
      repetition: (value, limit) => `repeats itself: ${percent(value)} (at most ${percent(limit)})`,
      'self-ending': (value, limit) => `knows how to end: ${percent(value)} (at least ${percent(limit)})`,
      recited: (value, limit) => `recites: ${percent(value)} (at most ${percent(limit)})`,
      unsafe: (value, limit) => `stopped by safe mode: ${percent(value)} (at most ${percent(limit)})`,
    },
    sample: (seed) => `With the same seed (${seed})`,
    before: 'Before',
    after: 'Now',
    chart: {
      title: 'How I learned',
      epoch: 'epoch',
      training: 'loss while learning',
      validation: 'loss on jokes put aside',
    },
  },
};
