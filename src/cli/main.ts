#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { ChispaError, hasCode, InterruptedError, messageOf, UsageError } from '../lib/errors.ts';
import { packageRoot } from '../lib/paths.ts';
import { withoutSecrets } from '../lib/secrets.ts';
import * as box from './box.ts';
import * as commands from './commands.ts';
import * as corpus from './corpus.ts';
import * as evaluate from './evaluate.ts';
import * as generate from './generate.ts';
import * as model from './model.ts';
import * as next from './next.ts';
import * as prune from './prune.ts';
import * as runs from './runs.ts';
import * as start from './start.ts';
import * as train from './train.ts';

/** One file each; what a subcommand needs that is slow to load, its action imports when it runs. */
const SUBCOMMANDS = [start, generate, next, model, corpus, train, runs, evaluate, commands, box, prune];

const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;
const HINT = '(add --help to see what it takes)';

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('chispa')
    .description(
      'A Discord bot that tells Spanish jokes with a GPT-2 model and learns from what people laugh at',
    )
    .version(version());
  for (const { register } of SUBCOMMANDS) register(program);
  for (const command of [program, ...descendants(program)]) command.exitOverride().showHelpAfterError(HINT);

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(withoutSecrets(`chispa: ${messageOf(error)}\n`));
    // A fault that nobody foresaw: where it came from helps who looks for it, and nobody else.
    if (!(error instanceof ChispaError) && error instanceof Error) {
      const wanted = /^(debug|trace)$/.test(process.env.LOG_LEVEL ?? '');
      process.stderr.write(wanted ? withoutSecrets(`${error.stack}\n`) : '(LOG_LEVEL=debug shows where)\n');
    }
    if (error instanceof InterruptedError) return EXIT.interrupted;
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

const descendants = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...descendants(child)]);

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/** Commands whose work is not what they print: they go on when nobody reads it. */
const GO_ON_UNREAD: ReadonlySet<string | undefined> = new Set(['start', 'train']);

/** A reader that has seen enough closes the pipe, as `head` does: that is no fault, and ends quietly what only prints. */
function mindClosedPipes(command: string | undefined): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (!hasCode(error, 'EPIPE')) throw error;
      if (stream === process.stdout && !GO_ON_UNREAD.has(command)) process.exit(EXIT.ok);
    });
}

mindClosedPipes(process.argv[2]);
process.exitCode = await main(process.argv.slice(2));
