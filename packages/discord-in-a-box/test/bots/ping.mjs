// Somebody's bot as the discord.js guide has it: it knows nothing of the box.
import { Client, Events, GatewayIntentBits, REST, Routes } from 'discord.js';

const { DISCORD_TOKEN, CLIENT_ID } = process.env;
const rest = new REST().setToken(DISCORD_TOKEN);
await rest.put(Routes.applicationCommands(CLIENT_ID), {
  body: [{ name: 'ping', description: 'Replies with Pong!' }],
});

const client = new Client({ intents: [GatewayIntentBits.Guilds] });
client.once(Events.ClientReady, ({ user }) =>
  console.log(`Ready! Logged in as ${user.tag}, pid ${process.pid}`),
);
client.on(Events.InteractionCreate, async (interaction) => {
  if (!interaction.isChatInputCommand()) return;
  await interaction.deferReply();
  await interaction.editReply('Pong!');
});
await client.login(DISCORD_TOKEN);
