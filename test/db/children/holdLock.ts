import { lockFolder } from '../../../src/db/lock.ts';

// Takes the lock of the folder in argv and keeps it until told to exit; says whether it got it.
const answer = await lockFolder(process.argv[2] ?? '').then(
  () => 'held',
  (error: { code?: string }) => error.code,
);
process.on('message', () => process.exit(0));
process.send?.(answer);
