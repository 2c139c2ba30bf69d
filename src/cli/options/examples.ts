/** The end of a command's help: what to type, as it works in a checkout and beside an installed package. */
export const examples = (...commands: string[]): string =>
  `\nExamples:\n${commands.map((command) => `  npx chispa ${command}`).join('\n')}`;
