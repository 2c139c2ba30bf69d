import { text } from 'node:stream/consumers';
import { UsageError } from '../../lib/errors.ts';

/**
 * The text of an argument. "-", or no argument when input is piped in, reads stdin without its last line break.
 * @throws UsageError when neither gives one; an explicit "" or "-" may be empty.
 */
export async function openText(argument: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== '-') return argument;
  const piped = argument === '-' || !process.stdin.isTTY ? await text(process.stdin) : '';
  if (argument === undefined && piped === '')
    throw new UsageError(
      'Give a text, as in: npx chispa generate "Había una vez". A "-" reads it from stdin.',
    );
  return piped.replace(/\r?\n$/, '');
}
