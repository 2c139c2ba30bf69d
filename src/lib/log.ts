import { type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import { messageOf } from './errors.ts';
import { withoutSecrets } from './secrets.ts';

export type { Logger };

export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A failed query carries its parameters, including tokens and what people typed: they stay out of the log. */
const serializers = {
  err(error: unknown) {
    if (!(error instanceof Error)) return error;
    const { type, stack } = stdSerializers.err(error);
    const code = 'code' in error ? { code: error.code } : {};
    const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line));
    return { type, message: messageOf(error), ...code, stack: frames?.join('\n') };
  },
};

/** The last step before a line is written, so that nothing bypasses it. */
const hooks = { streamWrite: withoutSecrets };

/**
 * The program's log, on stderr so that stdout is left for requested output. Human-readable on a terminal, otherwise one
 * JSON object per line.
 */
export function createLog(level: LogLevel): Logger {
  const stderr = 2;
  return process.stderr.isTTY
    ? pino(
        { level, serializers, hooks },
        pretty({ destination: stderr, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }),
      )
    : pino({ level, base: null, serializers, hooks }, pino.destination({ dest: stderr, sync: true }));
}
