import type { TrainingSettings } from '../finetuning/settings.ts';
import type { ModelFolder } from '../models/folder.ts';

/**
 * What a run makes: a version of the model, which may serve everybody (version.ts), or a guild's voice (voice.ts). Both
 * go through the same stages (learn.ts).
 */
export interface RunKind {
  /** How it is trained. */
  training: TrainingSettings;
  /** The folder that the trained model appears in, and its name there. */
  parent: string;
  name: string;
  /** Whether jokes told in a guild are training data for it. */
  learnsFrom(guildId: string): boolean;
  /** Judges the trained model against the version that answers now, and ends the run with the outcome. */
  decide(trained: ModelFolder): Promise<void>;
}

/** The part of a run's file names that identifies the run. */
export const runMark = ({ id }: { id: string }): string => id.slice(0, 8);
