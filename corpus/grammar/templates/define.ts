import type { Source, Template } from '../template.ts';

/** Defines a template: its name, its category, the slots that are its themes, where its words come from, its texts. */
export const template = (
  name: string,
  category: string,
  themes: readonly string[],
  slots: Readonly<Record<string, Source>>,
  ...texts: string[]
): Template => ({ name, category, themes, slots, texts });
