// Loaded by `node --import` into a bot that knows nothing of the box: sends what it meant for discord.com to
// DISCORD_API. It works for every client that speaks through undici or fetch, discord.js among them; the
// gateway follows by itself, since Discord's API tells where it is.
const DISPATCHER = Symbol.for('undici.globalDispatcher.1'); // shared by all copies of undici in a process
const DISCORD = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com$/;

if (process.env.DISCORD_API) {
  const { origin } = new URL(process.env.DISCORD_API);
  await fetch('data:,'); // makes Node create its dispatcher
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
