export interface Instruction {
  /** In capitals, as in the reference: FROM, RUN, COPY, … */
  name: string;
  /** All that follows on the line, with continued lines joined. */
  rest: string;
}

/** A stage of a multi-stage build. */
export interface Stage {
  name: string | undefined;
  instructions: Instruction[];
}

/** The stages of a Dockerfile. Only the syntax that ours uses: no heredocs, no ARG, no variables. */
export function readDockerfile(text: string): Stage[] {
  const lines = text
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = line.match(/^([A-Z]+)\s+(.*)$/) ?? [];
    if (name === 'FROM') stages.push({ name: rest.match(/ AS (\S+)$/i)?.[1], instructions: [] });
    else if (name === '') throw new Error(`not an instruction: ${line}`);
    else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
}

/**
 * Whether .dockerignore lets a file of the context in. Only the patterns that ours uses: everything is left out but
 * `!path`, and of that every `**\/name`.
 * @throws Error for any other pattern
 */
export function contextFilter(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const kept: string[] = [];
  const dropped = new Set<string>();
  for (const pattern of patterns)
    if (pattern.startsWith('!')) kept.push(pattern.slice(1));
    else if (pattern.startsWith('**/')) dropped.add(pattern.slice(3));
    else if (pattern !== '*') throw new Error(`a pattern that this cannot read: ${pattern}`);
  return (path) =>
    kept.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)) &&
    !path.split('/').some((part) => dropped.has(part));
}
