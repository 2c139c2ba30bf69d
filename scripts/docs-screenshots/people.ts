import { es } from '../../src/discord/messages/index.ts';
import { type Asked, isFinished, type SeenMessage, voteButtons } from '../../test/e2e/player.ts';
import { answered, button, type Scene } from './scene.ts';

/** What everybody sees: jokes, votes, themes, the queue, the ranking. Returns a joke with three votes. */
export async function shootPeople(scene: Scene): Promise<SeenMessage> {
  const { player, windows, onPage, save, shoot } = scene;
  const { ana, luis, moderator } = player;

  const joke = await (await player.ask(ana, 'chiste', { semilla: 11 })).answer(isFinished);
  for (const [user, score] of [
    [ana, 4],
    [luis, 5],
    [moderator, 5],
  ] as const) {
    await player.press(user, joke, voteButtons(joke)[score - 1] ?? '');
  }
  const rated = await player.until(ana, joke.id, (m) => JSON.stringify(m.embeds).includes('3 votos'));
  await windows.ana.getByText('3 votos').waitFor();
  await shoot(windows.ana, rated, 'chiste');

  const texto = 'Había una vez';
  const continued = await (await player.ask(luis, 'continuar', { texto })).answer(isFinished);
  await shoot(windows.ana, continued, 'continuar');
  await save(windows.ana, 'page');
  await save(windows.phone, 'phone');

  const think = await player.press(ana, joke, button(joke, es.buttons.think));
  const steps = await think.answer((m) => m.embeds[0]?.title === es.steps.title);
  await shoot(windows.ana, steps, 'como-lo-pense');

  await shootDuel(scene);
  await shootThemes(scene);
  await shootQueue(scene);

  for (const [command, options, name] of [
    ['ranking', {}, 'ranking'],
    ['chiste', { fuente: 'mejores' }, 'chiste-mejores'],
    ['ayuda', {}, 'ayuda'],
    ['privacidad', {}, 'privacidad'],
  ] as const) {
    const answer = await (await player.ask(ana, command, options)).answer((m) => m.embeds.length > 0);
    await shoot(windows.ana, answer, name);
  }

  // A message's menu, and the result of choosing from it.
  const written = await player.call<SeenMessage>('/box/messages', {
    ...{ channel: player.channel, user: luis.id, content: 'Va un caracol y derrapa.' },
  });
  await onPage(windows.moderator, written).hover();
  await onPage(windows.moderator, written).locator('.message-more').click();
  await save(windows.moderator.locator('.popover-menu'), 'menu-mensaje');
  await windows.moderator.keyboard.press('Escape');
  await windows.moderator.mouse.move(0, 0);
  const more = await player.ask(ana, es.commands.continuarMensaje.name, {}, { target: written.id });
  await shoot(windows.ana, await more.answer(isFinished), 'continuar-mensaje');
  return joke;
}

/** A duel that people vote in, and how it ends. */
export async function shootDuel({ player, windows, shoot }: Scene): Promise<void> {
  const { ana, luis, moderator } = player;
  const open = await (await player.ask(ana, 'duelo')).answer((m) => m.content.includes(es.duel.title));
  await shoot(windows.ana, open, 'duelo');
  for (const [user, choice] of [
    [ana, 'A'],
    [luis, 'B'],
    [moderator, 'B'],
  ] as const) {
    const vote = await player.press(user, open, button(open, choice));
    await vote.answer((m) => m.id !== open.id);
  }
  await player.press(moderator, open, button(open, es.buttons.closeDuel));
  const closed = await player.until(ana, open.id, (m) => !m.content.includes('<t:'));
  await windows.ana.getByText('1 voto ·').waitFor();
  await shoot(windows.ana, closed, 'duelo-cerrado');
}

/** The themes suggested as you type. */
async function shootThemes({ windows: { ana: page }, save }: Scene): Promise<void> {
  await page.locator('.composer-input').fill('/chiste ');
  await page.getByRole('button', { name: 'Añadir la opción tema' }).click();
  await page.keyboard.type('pa');
  await page.locator('.suggestion-name', { hasText: 'payaso' }).waitFor();
  const [list, line] = await Promise.all([
    page.locator('.suggestions').boundingBox(),
    page.locator('.composer').boundingBox(),
  ]);
  if (!list || !line) throw new Error('the page shows no suggestions');
  const { x, y, width } = list;
  await save(page, 'chiste-tema', { x, y, width, height: line.y + line.height - y });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
}

/** A person in the queue: more people ask at once than jokes can be generated at once, and Discord is slow. */
async function shootQueue({ box, player, windows, onPage, save }: Scene): Promise<void> {
  await player.call('/box/faults', { kind: 'slow', route: 'PATCH /webhooks/*', ms: 700, count: 500 });
  const asked: Asked[] = [];
  for (let round = 0; round < 3; round++) {
    for (const user of [player.luis, player.moderator, player.ana])
      asked.push(await player.ask(user, 'chiste'));
  }
  const waiting = await player.eventually(async () =>
    (await player.messages(player.ana.id)).find(({ content }) => content.startsWith('⏳')),
  );
  await onPage(windows.ana, waiting).getByText('Hay cola').waitFor();
  await save(onPage(windows.ana, waiting), 'cola');
  await fetch(`${box.url}/box/faults`, { method: 'DELETE' });
  for (const { interaction } of asked) await answered(player, interaction, isFinished);
}
