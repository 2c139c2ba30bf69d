import { serveParent } from '../lib/child/serve.ts';
import { chatRecipeFrom } from './render.ts';
import type { RenderTasks } from './render-chat.ts';

/** A separate process for a template from outside, which may loop or fill the memory. */
serveParent<RenderTasks>({ render: async ({ template, words }) => chatRecipeFrom(template, words) });
