#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ChispaError, hasCode, InterruptedError, messageOf, UsageError } from '../lib/errors.ts';
import { withoutSecrets } from '../lib/secrets.ts';
import { packageVersion } from '../lib/version.ts';
import { createProgram } from './program.ts';

const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

async function main(argv: readonly string[]): Promise<number> {
  const program = createProgram().version(packageVersion());
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(withoutSecrets(`chispa: ${messageOf(error)}\n`));
    // An unexpected error: only whoever debugs it needs the stack trace.
    if (!(error instanceof ChispaError) && error instanceof Error) {
      const wanted = /^(debug|trace)$/.test(process.env.LOG_LEVEL ?? '');
      process.stderr.write(wanted ? withoutSecrets(`${error.stack}\n`) : '(LOG_LEVEL=debug shows where)\n');
    }
    if (error instanceof InterruptedError) return EXIT.interrupted;
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

/** Commands whose work matters more than their output: they continue when nobody reads it. */
const GO_ON_UNREAD: ReadonlySet<string | undefined> = new Set(['start', 'train', 'box', 'backup', 'restore']);

/**
 * A reader that has seen enough closes the pipe, as `head` does. That is no error: commands that only print end
 * quietly.
 */
function mindClosedPipes(command: string | undefined): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      if (!hasCode(error, 'EPIPE')) throw error;
      if (stream === process.stdout && !GO_ON_UNREAD.has(command)) process.exit(EXIT.ok);
    });
}

mindClosedPipes(process.argv[2]);
process.exitCode = await main(process.argv.slice(2));
