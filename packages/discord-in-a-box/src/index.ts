/** Discord in a box: start one, run a bot in it, act as its people. */
export { type Box, type BoxOptions, createBox } from './box.ts';
export { type Asked, createDriver, type Driver, type DriverOptions, type SeenMessage } from './driver.ts';
export type { Exchange } from './rest/server.ts';
export { botEnvironment, type RunningBot, runBot } from './run-bot.ts';
export { type RunOptions, runBox } from './run-box.ts';
