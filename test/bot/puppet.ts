import { type ChatInputCommandInteraction, Client, Events, GatewayIntentBits } from 'discord.js';
import { type Box, createBox, createDriver, type Driver, type SeenMessage } from 'discord-in-a-box';

/** A bot in a box that does with its one command whatever a test says. */
export interface Puppet {
  box: Box;
  client: Client<true>;
  driver: Driver;
  /** Has `ana` type the command. Resolves when the bot has done what the test says. */
  ask(
    handle: (interaction: ChatInputCommandInteraction) => Promise<unknown>,
    locale?: string,
  ): Promise<{ asked: Awaited<ReturnType<Driver['ask']>>; interaction: ChatInputCommandInteraction }>;
  /** Every message that `ana` sees of an interaction, oldest first. */
  messagesOf(interactionId: string): Promise<SeenMessage[]>;
  fault(fault: Record<string, unknown>): Promise<unknown>;
  clearFaults(): Promise<unknown>;
  close(): Promise<void>;
}

export async function aPuppet(): Promise<Puppet> {
  const box = await createBox({ port: 0 });
  const client: Client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: box.api },
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(box.token);
  const puppet = await ready;
  await puppet.application.commands.set([{ name: 'prueba', description: 'algo' }]);
  let whenAsked: (interaction: ChatInputCommandInteraction) => unknown = () => {};
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isChatInputCommand()) whenAsked(interaction);
  });
  const driver = createDriver(box);
  return {
    ...{ box, client: puppet, driver },
    async ask(handle, locale = 'es-ES') {
      const handled = new Promise<ChatInputCommandInteraction>((resolve, reject) => {
        whenAsked = (interaction) => handle(interaction).then(() => resolve(interaction), reject);
      });
      const asked = await driver.ask('ana', 'prueba', {}, { locale });
      return { asked, interaction: await handled };
    },
    messagesOf: async (id) => (await driver.messages('ana')).filter(({ interaction }) => interaction === id),
    fault: (fault) => driver.call('/box/faults', fault),
    clearFaults: () => fetch(`${box.url}/box/faults`, { method: 'DELETE' }),
    async close() {
      await client.destroy();
      await box.close();
    },
  };
}
