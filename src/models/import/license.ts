/**
 * The license that a Hugging Face model card declares in its front matter, for instance `mit`; undefined if none. One
 * that Hugging Face has no name for (`other`) has a name of its own.
 */
export function licenseOf(readme: string): string | undefined {
  const frontMatter = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1] ?? '';
  const field = (name: string) =>
    new RegExp(`^${name}:[ \\t]*(.+?)[ \\t]*$`, 'm').exec(frontMatter)?.[1]?.replace(/^(["'])(.*)\1$/, '$2');
  const license = field('license');
  return license === 'other' ? (field('license_name') ?? license) : license;
}

/** Licenses that let anybody use a model for anything, as Hugging Face names them. */
const FREE =
  /^(apache-2\.0|mit|isc|bsd(-\w+)*|(a|l)?gpl(-\d\.\d)?|mpl-2\.0|unlicense|cc0-1\.0|cc-by(-sa)?-\d\.\d|wtfpl|afl-3\.0|artistic-2\.0|bsl-1\.0|ecl-2\.0|epl-[12]\.0|eupl-1\.\d|ms-pl|ncsa|osl-3\.0|pddl|postgresql|zlib|etalab-2\.0|odc-by|cdla-permissive-[12]\.0)$/i;

/** A license with terms that a host has to know: no commerce, no competition, a name to show, a list of purposes. */
const hasTerms = (license: string): boolean => !FREE.test(license);

/**
 * What asks a person whether they accept a license with terms; it throws if they do not. Called before weights are
 * downloaded or copied.
 */
export type Agree = (license: string) => Promise<void>;

/** Asks, if the model card in a folder declares a license with terms. */
export async function agreeTo(readme: string | undefined, agree: Agree | undefined): Promise<void> {
  const license = readme === undefined ? undefined : licenseOf(readme);
  if (license !== undefined && hasTerms(license)) await agree?.(license);
}
