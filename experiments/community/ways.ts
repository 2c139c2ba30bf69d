/** One way of learning from a community: what an arm of the experiment does. */
export interface Way {
  name: string;
  /** Whether the trainer makes a new model after each round. */
  tunes: boolean;
  /** Candidates that the judge chooses from; 1: no choice. */
  best: number;
  /** Whether each round's votes are shuffled across its jokes: a control. */
  shuffled: boolean;
}

export const WAYS = {
  votes: { name: 'fine-tuning', tunes: true, best: 1, shuffled: false },
  control: { name: 'fine-tuning, shuffled votes', tunes: true, best: 1, shuffled: true },
  judge: { name: 'best of 8', tunes: false, best: 8, shuffled: false },
  both: { name: 'best of 8 and fine-tuning', tunes: true, best: 8, shuffled: false },
} satisfies Record<string, Way>;

export type WayName = keyof typeof WAYS;
