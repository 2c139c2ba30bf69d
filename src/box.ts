/** Discord in a box, for tests of bots: what `chispa/box` exports. */
export * from 'discord-in-a-box';
