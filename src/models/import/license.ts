/** The license that a Hugging Face model card declares in its front matter, for instance `mit`; undefined if none. */
export function licenseOf(readme: string): string | undefined {
  const frontMatter = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1];
  const licence = frontMatter && /^license:[ \t]*(.+?)[ \t]*$/m.exec(frontMatter)?.[1];
  return licence?.replace(/^(["'])(.*)\1$/, '$2');
}
