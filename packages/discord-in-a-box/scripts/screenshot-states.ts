import type { Page } from 'playwright-core';
import type { Box } from '../src/index.ts';
import { control, type Look } from '../test/page/browser.ts';
import type { ExampleBot } from '../test/page/example-bot.ts';

interface Scene {
  page: Page;
  box: Box;
  bot: ExampleBot;
  phone: boolean;
}

type State = Look & { act: (scene: Scene) => Promise<unknown> };

/** Writes into the message box and sends. */
async function say({ page }: Scene, text: string): Promise<void> {
  await page.locator('.composer-input').fill(text);
  await page.keyboard.press('Enter');
}

/** Runs a command that has no required options, as a person does. */
async function run(scene: Scene, name: string): Promise<void> {
  const { page } = scene;
  await page.locator('.composer-input').focus();
  await page.keyboard.type(`/${name}`);
  await page.locator('.suggestion').first().click();
  await page.locator('.command-form .composer-send').click();
  await page.locator('.composer-input').waitFor();
}

async function joke(scene: Scene): Promise<void> {
  await run(scene, 'chiste');
  await scene.page.locator('.thinking').waitFor();
  for (const text of ['Van dos', 'se cae', 'en medio']) {
    scene.bot.step();
    await scene.page.locator('.embed-description', { hasText: text }).waitFor();
  }
  await scene.page.locator('.button').last().waitFor();
}

async function moveClock(box: Box): Promise<void> {
  await control(box, '/box/world', { action: 'move-clock', ms: 3100 });
}

async function type(scene: Scene, text: string): Promise<void> {
  await scene.page.locator('.composer-input').focus();
  await scene.page.keyboard.type(text);
  await scene.page.locator('.suggestion').first().waitFor();
}

/** Each state of the page by name, and how a person gets there. */
export const states: Record<string, State> = {
  empty: { act: ({ page }) => page.locator('.welcome').waitFor() },
  picker: { act: (scene) => type(scene, '/') },
  'picker-none': {
    act: async ({ page }) => {
      await page.locator('.composer-input').focus();
      await page.keyboard.type('/zzz');
    },
  },
  options: {
    act: async (scene) => {
      await type(scene, '/cont');
      await scene.page.keyboard.press('Enter');
      await scene.page.keyboard.type(
        'Había una vez un informático que no sabía si reír o llorar, y entonces',
      );
      await scene.page.locator('.command-add').first().click();
      await scene.page.locator('.suggestion').first().waitFor();
    },
  },
  autocomplete: {
    act: async (scene) => {
      await type(scene, '/chiste');
      await scene.page.keyboard.press('Enter');
      await scene.page.locator('.command-add').first().click();
      await scene.page.locator('.suggestion', { hasText: 'perros' }).waitFor();
    },
  },
  'options-wrong': {
    act: async (scene) => {
      await type(scene, '/opciones');
      await scene.page.keyboard.press('Enter');
      for (const name of ['decimal', 'archivo', 'si'])
        await scene.page.locator('.command-add', { hasText: name }).click();
      await scene.page.locator('.option-field textarea').nth(1).fill('mucho');
      await scene.page.locator('.command-form .composer-send').click();
      await scene.page.locator('.option-wrong').first().waitFor();
    },
  },
  thinking: {
    act: async (scene) => {
      await run(scene, 'chiste');
      await scene.page.locator('.thinking').waitFor();
    },
  },
  joke: { act: joke },
  'button-failed': {
    act: async (scene) => {
      await joke(scene);
      await scene.page.getByRole('button', { name: 'Sin respuesta' }).click();
      await scene.page.locator('.button-waiting').waitFor();
      await moveClock(scene.box);
      await scene.page.locator('.interaction-failed').waitFor();
      await scene.page.getByRole('button', { name: '2 ⭐' }).focus();
    },
  },
  'not-responded': {
    act: async (scene) => {
      await run(scene, 'callado');
      await moveClock(scene.box);
      await scene.page.locator('.not-responded').waitFor();
    },
  },
  talk: {
    act: async (scene) => {
      await say(scene, '¡Hola! ¿Alguien sabe un chiste de @Bruno? Míralo en #general.');
      await scene.page.locator('.message').first().waitFor();
      await say(scene, '🎉😂');
      await say(
        scene,
        'Y este es un mensaje un poco más largo, para ver cómo se parte en varias líneas cuando no cabe en una sola, como pasa en los teléfonos.',
      );
      const { guilds } = await control<{
        guilds: { channels: { id: string }[]; members: { id: string; username: string }[] }[];
      }>(scene.box, '/box/state');
      const bruno = guilds[0]?.members.find(({ username }) => username === 'bruno');
      const ana = guilds[0]?.members.find(({ username }) => username === 'ana');
      await control(scene.box, '/box/messages', {
        channel: guilds[0]?.channels[0]?.id,
        user: bruno?.id,
        content: `<@${ana?.id}> uno de informáticos, <t:1700000000:R>. Prueba </chiste:1>`,
      });
      await control(scene.box, '/box/messages', {
        channel: guilds[0]?.channels[1]?.id,
        user: bruno?.id,
        content: 'Algo sin leer',
      });
      await scene.page.locator('.message-mention').waitFor();
      await scene.page.locator('.message').last().hover();
    },
  },
  markdown: {
    act: async (scene) => {
      await run(scene, 'texto');
      await scene.page.locator('.codeblock').waitFor();
      await scene.page.locator('.spoiler').click();
    },
  },
  ephemeral: {
    act: async (scene) => {
      await run(scene, 'secreto');
      await scene.page.locator('.only-you').waitFor();
    },
  },
  selects: {
    act: async (scene) => {
      await run(scene, 'elige');
      await scene.page.locator('.select').nth(4).waitFor();
    },
  },
  'select-open': {
    act: async (scene) => {
      await run(scene, 'elige');
      await scene.page.locator('.select').first().click();
      await scene.page.locator('.option').first().waitFor();
    },
  },
  'select-several': {
    act: async (scene) => {
      await run(scene, 'elige');
      await scene.page.locator('.select').nth(1).click();
      await scene.page.locator('.option').nth(0).click();
      await scene.page.locator('.option').nth(2).click();
    },
  },
  modal: {
    act: async (scene) => {
      await run(scene, 'formulario');
      await scene.page.locator('dialog.modal').waitFor();
    },
  },
  'modal-wrong': {
    act: async (scene) => {
      await run(scene, 'formulario');
      await scene.page.locator('dialog.modal').waitFor();
      await scene.page.keyboard.type('ab');
      await scene.page.locator('dialog.modal [type=submit]').click();
      await scene.page.locator('.field-wrong').first().waitFor();
    },
  },
  showcase: {
    act: async (scene) => {
      await run(scene, 'escaparate');
      await scene.page.locator('.gallery img').first().waitFor();
    },
  },
  pictures: {
    act: async (scene) => {
      await run(scene, 'foto');
      await scene.page.locator('.gallery img').first().waitFor();
    },
  },
  lightbox: {
    act: async (scene) => {
      await run(scene, 'foto');
      await scene.page.locator('.picture').first().click();
      await scene.page.locator('.lightbox img').waitFor();
    },
  },
  'context-menu': {
    user: 'carmen',
    act: async (scene) => {
      await joke(scene);
      await scene.page.locator('.message').last().hover();
      await scene.page.locator('.message-more').last().click();
      await scene.page.locator('.menu-item').first().waitFor();
    },
  },
  account: {
    act: async (scene) => {
      if (scene.phone) await scene.page.locator('.only-phone').click();
      await scene.page.locator('.account-button').click();
      await scene.page.locator('.account-menu').waitFor();
    },
  },
  drawer: {
    act: async ({ page, phone }) => {
      if (phone) await page.locator('.only-phone').click();
    },
  },
  members: {
    act: async ({ page, phone }) => {
      if (phone) await page.locator('.bar .icon-button').last().click();
      else await page.locator('.member').nth(1).click();
    },
  },
  direct: {
    act: async (scene) => {
      if (scene.phone) await scene.page.locator('.only-phone').click();
      await scene.page.locator('.rail-button').first().click();
      await run(scene, 'chiste');
      await scene.page.locator('.thinking').waitFor();
    },
  },
  english: { locale: 'en-US', act: joke },
  'timed-out': {
    act: async ({ page, box }) => {
      const { guilds } = await control<{
        guilds: { id: string; channels: { id: string }[]; members: { id: string; username: string }[] }[];
      }>(box, '/box/state');
      const [guild] = guilds;
      const ana = guild?.members.find(({ username }) => username === 'ana');
      await control(box, '/box/world', { action: 'timeout', guild: guild?.id, user: ana?.id, seconds: 600 });
      await control(box, '/box/world', { action: 'set-nsfw', channel: guild?.channels[0]?.id, nsfw: true });
      await page.locator('.composer-input:disabled').waitFor();
      await page.locator('.nsfw').waitFor();
    },
  },
  'bot-offline': {
    act: async ({ page, bot }) => {
      await bot.client.destroy();
      await page.locator('.member-offline').waitFor({ state: 'attached' });
    },
  },
  disconnected: {
    act: async ({ page, box }) => {
      await box.close();
      await page.locator('.notice').first().waitFor();
    },
  },
};
