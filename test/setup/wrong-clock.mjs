// Loaded into a process by NODE_OPTIONS=--import: its clock is TEST_CLOCK_AHEAD milliseconds ahead.
const ahead = Number(process.env.TEST_CLOCK_AHEAD);
const { now } = Date;
Date.now = () => now() + ahead;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [Date.now()], newTarget),
});
