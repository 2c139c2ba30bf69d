import { type AddHelpTextContext, Command } from 'commander';
import * as backup from './backup.ts';
import * as box from './box.ts';
import * as commands from './commands.ts';
import * as corpus from './corpus.ts';
import * as doctor from './doctor.ts';
import * as evaluate from './evaluate.ts';
import * as generate from './generate.ts';
import * as joke from './joke.ts';
import * as judge from './judge.ts';
import * as model from './model.ts';
import * as next from './next.ts';
import { examples } from './options/examples.ts';
import * as prune from './prune.ts';
import * as restore from './restore.ts';
import * as runs from './runs.ts';
import * as start from './start.ts';
import * as status from './status.ts';
import * as train from './train.ts';

/** One file each; what a subcommand needs that is slow to load, its action imports when it runs. */
const SUBCOMMANDS = [
  start,
  joke,
  generate,
  next,
  model,
  corpus,
  train,
  runs,
  judge,
  evaluate,
  commands,
  box,
  status,
  doctor,
  backup,
  restore,
  prune,
];
/** A turn of a dialogue: "- Doctor, doctor…", "-¿Y qué?". Options hold no space, except in the value after a "=". */
const DASHED_TEXT = /^-(?!-)\S*\s|^--[^=\s]*\s/;
/** No argument of a process can hold it. In front of a text it keeps commander from looking for an option. */
const MARK = '\u0000';

/** The `chispa` tool. It throws `CommanderError` instead of ending the process. */
export function createProgram(): Command {
  const program = new ChispaCommand('chispa')
    .description(
      'A Discord bot that tells Spanish jokes with a language model and learns from what people laugh at',
    )
    .exitOverride()
    .showHelpAfterError('(add --help to see what it takes)')
    .addHelpText('beforeAll', refuseUnknown)
    .addHelpText('after', examples('start', 'joke gato', 'generate "Había una vez" --seed 7', 'help model'));
  for (const { register } of SUBCOMMANDS) register(program);
  addHelp(program);
  return program;
}

/** `chispa help [command...]`. commander's own looks only at the first name. */
function addHelp(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('display help for command')
    .argument('[command...]')
    .addHelpText('after', examples('help joke', 'help model import'))
    .action((names: string[]) => {
      const found = names.reduce((parent, name) => {
        const child = parent.commands.find((one) => one.name() === name);
        return (
          child ?? parent.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' })
        );
      }, program);
      found.help();
    });
}

/** There is no help on a subcommand that does not exist: commander would print that of the command above it. */
function refuseUnknown({ command }: AddHelpTextContext): string {
  const [first, second] = command.args.filter((argument) => !argument.startsWith('-'));
  const name = first === 'help' ? second : first;
  const isKnown = command.commands.some((one) => one.name() === name) || name === 'help';
  if (command.commands.length > 0 && name !== undefined && !isKnown)
    command.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' });
  return '';
}

/** A command that knows a text from an option. */
class ChispaCommand extends Command {
  override createCommand(name?: string): Command {
    return new ChispaCommand(name);
  }

  override parseOptions(args: string[]): { operands: string[]; unknown: string[] } {
    const { operands, unknown } = super.parseOptions(
      args.map((argument) => (DASHED_TEXT.test(argument) ? MARK + argument : argument)),
    );
    return { operands: operands.map(unmarked), unknown: unknown.map(unmarked) };
  }

  override setOptionValueWithSource(
    ...[key, value, source]: Parameters<Command['setOptionValueWithSource']>
  ) {
    const plain = Array.isArray(value) ? value.map(unmarked) : unmarked(value);
    return super.setOptionValueWithSource(key, plain, source);
  }
}

const unmarked = <T>(value: T) =>
  (typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : value) as T; // a string stays one
