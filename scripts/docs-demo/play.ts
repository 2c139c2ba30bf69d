import type { Messages } from '../../src/discord/messages/index.ts';
import { isFinished, type Player, voteButtons } from '../../test/e2e/player.ts';
import type { Film } from './film.ts';

/** `npx chispa joke pingüino --seed 15` tells the same joke. */
const THEME = 'pingüino';
const SEED = '15';

/** What the pictures show: a joke is asked for, told, rated by two people, and explained. */
export async function play(options: { film: Film; player: Player; messages: Messages }): Promise<void> {
  const { film, player, messages } = options;
  const { page } = film;
  const { chiste } = messages.commands;
  const option = (name: string) => page.locator('.command-add', { hasText: name });

  await page.locator('.composer-input').click();
  await film.hold(1200);
  await film.type(`/${chiste.name}`);
  await film.hold(600);
  await page.keyboard.press('Enter');
  await film.hold(400);
  await film.click(option(chiste.options.tema.name));
  await film.type(THEME.slice(0, 4));
  const suggested = page.locator('.suggestion', { hasText: THEME }).first();
  await suggested.waitFor();
  await film.hold(500);
  await film.click(suggested);
  await film.click(option(chiste.options.semilla.name));
  await film.type(SEED);
  await film.hold(500);
  await page.keyboard.press('Enter');

  const message = page.locator('.message').last();
  await message.waitFor();
  await film.watch(message, (text) => text.includes(messages.buttons.think));
  await film.hold(2500);

  const joke = await player.eventually(async () => (await player.messages(player.ana.id)).find(isFinished));
  await film.click(message.locator('.button', { hasText: '🤣' }));
  await message.getByText(messages.joke.tally(5, 1)).waitFor();
  await film.hold(1200);
  await player.press(player.luis, joke, voteButtons(joke)[3] ?? '');
  await message.getByText(messages.joke.tally(4.5, 2)).waitFor();
  await film.hold(1600);

  await film.click(message.locator('.button', { hasText: messages.buttons.think }));
  const steps = page.locator('.message', { hasText: messages.steps.title }).last();
  const picture = steps.locator('img').last();
  await picture.waitFor();
  await steps.scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await film.hold(3000);
  await film.click(picture);
  await page.locator('.lightbox img').waitFor();
  await page.waitForTimeout(500);
  await film.hold(5000);
}
