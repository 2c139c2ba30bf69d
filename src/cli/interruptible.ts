/**
 * Runs work that Ctrl-C and SIGTERM abort through its signal, with `reason` if given, instead of ending the process.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  reason?: unknown,
): Promise<T> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(reason);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(interruption.signal);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
