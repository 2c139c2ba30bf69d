import { type AddHelpTextContext, Command, Help } from 'commander';
import * as box from './box.ts';
import * as commands from './commands.ts';
import * as corpus from './corpus.ts';
import * as evaluate from './evaluate.ts';
import * as generate from './generate.ts';
import * as joke from './joke.ts';
import * as model from './model.ts';
import * as next from './next.ts';
import { examples } from './options/examples.ts';
import * as prune from './prune.ts';
import * as runs from './runs.ts';
import * as start from './start.ts';
import * as train from './train.ts';

/** One file each; what a subcommand needs that is slow to load, its action imports when it runs. */
const SUBCOMMANDS = [start, joke, generate, next, model, corpus, train, runs, evaluate, commands, box, prune];
/** A turn of a dialogue: "- Doctor, doctor…". No option begins like this. */
const DASHED_TEXT = /^-\s/;
/** No argument of a process can hold it. In front of a text it keeps commander from looking for an option. */
const MARK = '\u0000';

/** The `chispa` tool. It throws `CommanderError` instead of ending the process. */
export function createProgram(): Command {
  const program = new ChispaCommand('chispa')
    .description(
      'A Discord bot that tells Spanish jokes with a GPT-2 model and learns from what people laugh at',
    )
    .exitOverride()
    .showHelpAfterError('(add --help to see what it takes)')
    .configureHelp({
      optionDescription: (option) =>
        `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
    })
    .addHelpText('beforeAll', refuseUnknown)
    .addHelpText('after', examples('start', 'joke gato', 'generate "Había una vez" --seed 7', 'help model'));
  for (const { register } of SUBCOMMANDS) register(program);
  return program;
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

/** A command that knows a text from an option and asks for everything that is missing at once. */
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

  /** What commander calls for the first of the required options that is missing. */
  missingMandatoryOptionValue(): never {
    const missing = [
      ...this.registeredArguments
        .slice(this.args.length)
        .filter(({ required }) => required)
        .map((one) => `<${one.name()}>`),
      ...this.options
        .filter((one) => one.mandatory && this.getOptionValue(one.attributeName()) === undefined)
        .map(({ flags }) => flags),
    ];
    return this.error(`error: missing ${missing.join(', ')}`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  }
}

const unmarked = <T>(value: T) =>
  (typeof value === 'string' && value.startsWith(MARK) ? value.slice(MARK.length) : value) as T; // a string stays one
