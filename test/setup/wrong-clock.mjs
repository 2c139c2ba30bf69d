// Loaded into a process by NODE_OPTIONS=--import: its clock is TEST_CLOCK_AHEAD milliseconds ahead, and with each SIGUSR2
// jumps by TEST_CLOCK_JUMP milliseconds, there and back.
const { TEST_CLOCK_AHEAD = '0', TEST_CLOCK_JUMP = '0' } = process.env;
let [ahead, jump] = [Number(TEST_CLOCK_AHEAD), Number(TEST_CLOCK_JUMP)];
if (jump !== 0)
  process.on('SIGUSR2', () => {
    ahead += jump;
    jump = -jump;
  });
const { now } = Date;
Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
});
