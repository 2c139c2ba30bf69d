import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';

/** A model folder's name: also its folder's name, so no separators and no leading dot. */
export const modelName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/,
    'a name is 1 to 100 letters, digits, dots, dashes and underscores',
  );

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 hexadecimal digits');

/**
 * Prompt templates. `{eot}` stands for the token that documents begin with (GPT-2's end-of-text), `{theme}` and `{text}` for what a person gave, which is
 * always read as plain text. Text of the template that is not a placeholder is tokenised as it stands.
 */
export const promptTemplates = z.strictObject({
  /** What a new joke starts from. Text after `{eot}` is the joke's own beginning, and is shown with it. */
  joke: z.string().default('{eot}'),
  /** The same with a theme; a model without this was not trained to take one. */
  theme: z.string().includes('{theme}').optional(),
  /** What a continuation starts from. */
  continue: z.string().includes('{text}').default('{eot}{text}'),
});
export type PromptTemplates = z.infer<typeof promptTemplates>;

/** `chispa.json`, the file that makes a Hugging Face folder a Chispa model. */
export const manifestSchema = z.strictObject({
  name: modelName,
  description: z.string().optional(),
  prompt: promptTemplates,
  /** Where it came from: a hub id with its revision, a folder, or the model it was trained from. */
  source: z.string().optional(),
  licence: z.string().optional(),
  /** ISO 8601. */
  created: z.string().optional(),
  /** sha256 of every file of the model beside this one, by file name. */
  files: z.record(z.string().regex(/^[^/\\]+$/), sha256Hex),
  /** What the trainer wants to remember: parent, recipe, metrics. Not read here. */
  training: z.record(z.string(), z.unknown()).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const MANIFEST_FILE = 'chispa.json';

/** Reads the text of a chispa.json; an error names the field. `origin` names the file in errors. */
export function parseManifest(text: string, origin: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ChispaError('model-damaged', `${origin} is not JSON. Import the model again.`, { cause });
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ChispaError(
    'model-damaged',
    `${origin} is not a valid manifest: ${issue?.path.join('.') || 'its content'}: ${issue?.message}. Import the model again.`,
  );
}
