import { ChildDied, openChild } from '../lib/child/open.ts';
import { within } from '../lib/within.ts';
import type { ChatRecipe } from './recipe.ts';
import { CHAT_WORDS, type ChatTemplate, wrong } from './render.ts';

type Words = Pick<ChatRecipe, 'system' | 'joke' | 'theme'>;
export type RenderTasks = {
  render: { request: { template: ChatTemplate; words: Words }; event: never; answer: ChatRecipe };
};

/** Milliseconds: rendering takes a few. */
const PATIENCE = 3_000;
/** Longest template, in characters; published ones have up to 20,000. */
const LONGEST_TEMPLATE = 200_000;
/** Longest prompt that a template may make of one question, in characters. */
const LONGEST_PROMPT = 20_000;
/** Megabytes that rendering may take. */
const MEMORY = 128;

/**
 * The recipe of an instruct model, rendered in a process of its own that is ended when it takes too long or too much.
 *
 * @throws ChispaError `prompt-template` with one sentence if the template is wrong, loops or writes too much.
 */
export async function renderChat(template: ChatTemplate, words: Words = CHAT_WORDS): Promise<ChatRecipe> {
  if (template.source.length > LONGEST_TEMPLATE)
    throw wrong(`it has ${template.source.length} characters, more than ${LONGEST_TEMPLATE}`);
  const child = openChild<RenderTasks>(import.meta.url, 'render-worker', {
    name: 'The process for chat templates',
    code: 'prompt',
    env: { ...process.env, NODE_OPTIONS: `--max-old-space-size=${MEMORY}` },
  });
  try {
    await child.ready;
    const recipe = await within(PATIENCE, child.ask('render', { template, words }));
    if (!recipe) throw wrong(`it did not finish within ${PATIENCE / 1000} seconds`);
    if (recipe.before.length + recipe.after.length > LONGEST_PROMPT)
      throw wrong(`it makes more than ${LONGEST_PROMPT} characters of one question`);
    return recipe;
  } catch (error) {
    throw error instanceof ChildDied ? wrong('it took too much memory') : error;
  } finally {
    await child.close();
  }
}
