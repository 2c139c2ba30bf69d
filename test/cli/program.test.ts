import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { idleProgram, words } from './idle-program.ts';
import { runCommand } from './run-command.ts';

/** The error message with which `chispa` refuses these arguments. */
const refusal = async (...args: string[]) => (await runCommand(args, {})).error?.message;

const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];

describe('a text that begins with a dash and a space', () => {
  it.each([
    [['generate', '- Doctor, doctor…', '--seed', '1']],
    [['generate', '--seed', '1', '- Doctor, doctor…']],
    [['generate', '--seed', '1', '--', '- Doctor, doctor…']],
    [['next', '--json', '- Doctor, doctor…']],
  ])('is the text in %j', async (args) => {
    const { program, called } = idleProgram();
    await program.parseAsync(args, { from: 'user' });
    expect(called[0]?.arguments).toEqual(['- Doctor, doctor…']);
  });

  it('is accepted as the value of an option, even an optional or repeated one', async () => {
    const { program, called } = idleProgram();
    const args = ['evaluate', '--corpus', '- a', '--compare', '- b', '- c'];
    await program.parseAsync(args, { from: 'user' });
    await program.parseAsync(['train', '--resume', '- d'], { from: 'user' });
    expect(called[0]?.options).toMatchObject({ corpus: '- a', compare: ['- b', '- c'] });
    expect(called[1]?.options).toMatchObject({ resume: '- d' });
  });

  it.each(['-Doctor, doctor', '-h o no h', '--¿Y qué?', '-- x'])('may lack the space: %j', async (text) => {
    const { program, called } = idleProgram();
    await program.parseAsync(['generate', text], { from: 'user' });
    await program.parseAsync(['corpus', 'list', `--source=${text}`], { from: 'user' });
    expect(called).toMatchObject([{ arguments: [text] }, { options: { source: text } }]);
  });

  it('does not hide a misspelled option', async () => {
    expect(await refusal('generate', '--sed', '1', '- Doctor')).toMatch(/unknown option '--sed'/);
  });
});

it('help marks what is required', async () => {
  const { stdout } = await runCommand(['corpus', 'import', '--help'], {});
  expect(stdout.replace(/\s+/g, ' ').match(/\(required unless every joke states it/g)).toHaveLength(2);
});

it('names the argument that is missing', async () => {
  expect(await refusal('corpus', 'import')).toBe("error: missing required argument 'file'");
});

describe('help', () => {
  it.each([[['help', 'qqqq']], [['qqqq', '--help']], [['qqqq']]])(
    'reports for %j that there is no such command',
    async (args) => {
      const { error, stdout } = await runCommand(args, {});
      expect([error?.message, stdout]).toEqual(["error: unknown command 'qqqq'", '']);
    },
  );

  it('reports an unknown subcommand too', async () => {
    expect(await refusal('model', 'qqqq', '--help')).toBe("error: unknown command 'qqqq'");
    expect(await refusal('model', 'help', 'qqqq')).toBe("error: unknown command 'qqqq'");
    expect(await refusal('help', 'model', 'qqqq')).toBe("error: unknown command 'qqqq'");
  });

  it('is found for a command within another', async () => {
    const { stdout } = await runCommand(['help', 'model', 'import'], {});
    expect(stdout).toContain('Usage: chispa model import');
  });

  it('exists for every command, with examples that the command accepts', async () => {
    for (const command of all(createProgram())) {
      const names: string[] = [];
      for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name());
      const { stdout } = await runCommand([...names, '--help'], {});
      const lines = [...stdout.matchAll(/^ {2}npx chispa (.+)$/gm)].map(([, line]) => line ?? '');
      expect(lines.length, `examples of chispa ${names.join(' ')}`).toBeGreaterThan(0);
      for (const line of lines.filter((one) => !one.startsWith('help'))) {
        const { program, called } = idleProgram();
        await program.parseAsync(words(line), { from: 'user' });
        expect(called, line).toHaveLength(1);
        expect(line.startsWith(names.join(' ')), line).toBe(true);
      }
    }
  });
});
