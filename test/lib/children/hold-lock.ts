import { lockByProcess } from '../../../src/lib/process-lock.ts';

// Takes the lock in argv and keeps it until told to exit; reports whether it got it.
const answer = await lockByProcess(process.argv[2] ?? '', () => new Error('busy')).then(
  () => 'held',
  (error: Error) => error.message,
);
process.on('message', () => process.exit(0));
process.send?.(answer);
