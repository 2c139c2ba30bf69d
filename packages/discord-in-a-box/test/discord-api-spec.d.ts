// The package ships its Zod schemas as plain JavaScript.
declare module 'discord-api-spec/zod';
