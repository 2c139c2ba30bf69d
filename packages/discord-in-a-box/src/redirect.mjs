// Loaded by `node --import` into a bot that does not know about the box: redirects its requests for discord.com to
// DISCORD_API. Works for every client that uses undici or fetch, including discord.js; the gateway needs no redirect,
// since clients get its address from the API.
const DISPATCHER = Symbol.for('undici.globalDispatcher.1'); // shared by all copies of undici in a process
const DISCORD = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com$/;

if (process.env.DISCORD_API) {
  const { origin } = new URL(process.env.DISCORD_API);
  await fetch('data:,'); // makes Node create its global dispatcher
  const real = globalThis[DISPATCHER];
  globalThis[DISPATCHER] = new Proxy(real, {
    get(target, key) {
      const value = Reflect.get(target, key, target);
      if (key === 'dispatch') {
        return (options, handler) =>
          target.dispatch(DISCORD.test(String(options.origin)) ? { ...options, origin } : options, handler);
      }
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
