import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import { recipeSchema } from '../prompt/recipe.ts';

/** A model's name. It is also its folder's name, so it has no separators and no leading dot. */
export const modelName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/,
    'a name is 1 to 100 letters, digits, dots, dashes and underscores',
  );

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 is 64 hexadecimal digits');

/** `chispa.json`, the file that turns a Hugging Face folder into a Chispa model. */
export const manifestSchema = z.strictObject({
  name: modelName,
  description: z.string().optional(),
  prompt: recipeSchema,
  /** Where it came from: a hub id with its revision, a folder, or the model it was trained from. */
  source: z.string().optional(),
  licence: z.string().optional(),
  /** ISO 8601. */
  created: z.string().optional(),
  /** sha256 of every other file of the model, by file name. */
  files: z.record(z.string().regex(/^[^/\\]+$/), sha256Hex),
  /** Data that the trainer stores: parent, recipe, metrics. Not read here. */
  training: z.record(z.string(), z.unknown()).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const MANIFEST_FILE = 'chispa.json';

/** Parses the text of a chispa.json. Errors name the field; `origin` names the file. */
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
