import { text } from 'node:stream/consumers';
import { UsageError } from '../../lib/errors.ts';

/** The text of an argument. "-", or no argument when input is piped in, reads stdin without its last line break. */
export async function openText(argument: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== '-') return argument;
  if (argument === undefined && process.stdin.isTTY)
    throw new UsageError(
      'Give a text, as in: npx chispa generate "Había una vez". A "-" reads it from stdin.',
    );
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
