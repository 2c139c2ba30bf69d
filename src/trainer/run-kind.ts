import type { TrainingSettings } from '../finetuning/settings.ts';
import type { ModelFolder } from '../models/folder.ts';

/**
 * What a run makes: a version of the model, which may serve everybody (version.ts), or the voice of a guild (voice.ts).
 * The way of a run (learn.ts) is the same for both.
 */
export interface RunKind {
  /** How it is trained. */
  training: TrainingSettings;
  /** The folder that the trained model appears in, and its name there. */
  parent: string;
  name: string;
  /** Whether the jokes that were told in a guild teach it. */
  learnsFrom(guildId: string): boolean;
  /** Judges what was trained beside the version that answers now, and ends the run with what comes of it. */
  decide(trained: ModelFolder): Promise<void>;
}

/** The part of a run's names on disk that tells whose they are. */
export const runMark = ({ id }: { id: string }): string => id.slice(0, 8);
