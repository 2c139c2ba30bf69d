import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../config.ts';
import { ChispaError, UsageError } from '../../lib/errors.ts';
import { type ModelFolder, openModelFolder } from '../../models/folder.ts';
import { asTemplate, CHAT_TEMPLATE_FILE } from '../../models/import/recipe.ts';
import { MANIFEST_FILE } from '../../models/manifest.ts';
import { bundledModelPath, resolveModel } from '../../models/registry.ts';
import { writeWhole } from '../../models/whole-file.ts';
import { houseRecipe } from '../../prompt/few-shot.ts';
import { BARE_RECIPE, type ChatRecipe, type Recipe, recipeSchema } from '../../prompt/recipe.ts';
import { CHAT_WORDS } from '../../prompt/render.ts';
import { renderChat } from '../../prompt/render-chat.ts';
import { writePrompt } from '../../prompt/write.ts';
import { columns } from '../output/text.ts';

type Kind = NonNullable<Recipe['kind']>;

interface Changes {
  kind?: Kind;
  joke?: string;
  theme?: string;
  continue?: string;
  shots?: number;
  system?: string;
}

/** What can be changed in each kind, besides the kind. */
const PARTS: Record<Kind, readonly (keyof Changes)[]> = {
  plain: ['joke', 'theme', 'continue'],
  'few-shot': ['joke', 'theme', 'shots'],
  chat: ['system', 'joke', 'theme'],
};

/** `chispa model prompt`: shows a model's recipe and a prompt written by it, after changing it if asked to. */
export async function promptModel(
  nameOrPath: string,
  { json, ...changes }: Changes & { json?: boolean },
): Promise<void> {
  const folder = await openModelFolder(await resolveModel(nameOrPath, loadConfig()));
  const isChange = Object.keys(changes).length > 0;
  const recipe = isChange ? await changed(folder, changes) : folder.manifest.prompt;
  if (isChange) await store(folder, recipe);
  const kind = kindOf(recipe);
  const prompt = sample(folder, recipe);
  if (json) {
    process.stdout.write(`${JSON.stringify({ name: folder.name, ...recipe, kind, prompt })}\n`);
    return;
  }
  const parts = PARTS[kind].map((part) => [part, JSON.stringify(recipe[part as keyof Recipe] ?? null)]);
  process.stdout.write(`${columns([['kind', kind], ...parts])}\n\nFor a joke it reads:\n${prompt}\n`);
  if (isChange) process.stderr.write('\nA bot that is running asks this way once it has been restarted.\n');
}

const kindOf = ({ kind = 'plain' }: Recipe): Kind => kind;

async function changed(folder: ModelFolder, { kind: wanted, ...given }: Changes): Promise<Recipe> {
  const before = folder.manifest.prompt;
  const kind = wanted ?? kindOf(before);
  for (const part of Object.keys(given) as (keyof Changes)[])
    if (!PARTS[kind].includes(part))
      throw new UsageError(
        `--${part} is not for a prompt of the kind ${kind}, which has ${PARTS[kind].map((name) => `--${name}`).join(', ')}.`,
      );
  const texts = Object.fromEntries(
    Object.entries(given).map(([part, value]) => [
      part,
      typeof value === 'string' ? value.replaceAll('\\n', '\n') : value,
    ]),
  );
  const start = kind === kindOf(before) ? before : await fresh(kind, folder);
  const parsed = recipeSchema.safeParse({ ...start, ...texts });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`--${issue?.path.join('.')} is wrong: ${issue?.message}.`);
  }
  // The system message stands in what the template has written.
  return parsed.data.kind === 'chat' && given.system !== undefined
    ? rendered(folder, parsed.data)
    : parsed.data;
}

function fresh(kind: Kind, folder: ModelFolder): Recipe | Promise<Recipe> {
  if (kind === 'plain') return BARE_RECIPE;
  return kind === 'few-shot' ? houseRecipe() : rendered(folder, CHAT_WORDS);
}

async function rendered(
  { name, path, config, tokenizer }: ModelFolder,
  { system, joke, theme }: Pick<ChatRecipe, 'system' | 'joke' | 'theme'>,
): Promise<ChatRecipe> {
  const file = join(path, CHAT_TEMPLATE_FILE);
  if (!existsSync(file))
    throw new ChispaError('prompt-template', `${name} has no chat template: it is not an instruct model.`);
  return renderChat(asTemplate(await readFile(file, 'utf8'), config, tokenizer), { system, joke, theme });
}

async function store({ name, path, manifest }: ModelFolder, prompt: Recipe): Promise<void> {
  const file = join(path, MANIFEST_FILE);
  if (path === bundledModelPath || !existsSync(file))
    throw new ChispaError(
      'prompt-fixed',
      `${name} ${path === bundledModelPath ? 'comes with Chispa' : 'has not been imported'}, so its prompt stays as it is. Import a copy: npx chispa model import ${path} --name NAME`,
    );
  await writeWhole(file, (handle) =>
    handle.writeFile(`${JSON.stringify({ ...manifest, prompt }, null, 2)}\n`),
  );
}

/** A prompt as the model reads it, its special tokens by name. */
function sample(folder: ModelFolder, recipe: Recipe): string {
  const { tokenizer, config } = folder;
  const { tokens } = writePrompt(folder, recipe, { kind: 'joke' }, { seed: 0, room: config.positions >> 1 });
  let text = '';
  let plain: number[] = [];
  const flush = () => {
    text += tokenizer.decode(plain);
    plain = [];
  };
  for (const id of tokens)
    if (tokenizer.isSpecial(id)) {
      flush();
      text += tokenizer.tokenText(id);
    } else plain.push(id);
  flush();
  return text;
}
