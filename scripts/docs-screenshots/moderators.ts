import { es } from '../../src/discord/messages/index.ts';
import type { SeenMessage } from '../../test/e2e/player.ts';
import { button, type Scene } from './scene.ts';

/** What moderators see: settings, their checks and history, a report, a hidden joke. `joke`: one told by Ana. */
export async function shootModerators(scene: Scene, joke: SeenMessage): Promise<void> {
  const { player, windows, log, shoot } = scene;
  const { ana, luis, moderator } = player;
  const { moderator: page } = windows;
  const adjust = (subcommand: string, options: Record<string, unknown> = {}) =>
    player.ask(moderator, 'ajustar', options, { subcommand });
  const adjusted = async (subcommand: string, options: Record<string, unknown> = {}) =>
    (await adjust(subcommand, options)).answer();

  const preview = await adjust('decodificador', { decodificador: 'epsilon-greedy', epsilon: 0.5 });
  await shoot(
    page,
    await preview.answer((m) => m.embeds[0]?.title === es.preview.title),
    'ajustar-antes-y-ahora',
  );
  const contradictory = { decodificador: 'greedy', temperatura: 1.2 };
  await shoot(page, await adjusted('decodificador', contradictory), 'ajustar-contradiccion');
  await adjusted('espera', { segundos: 20 });
  await adjusted('registro', { canal: log.id });
  const daily = { canal: log.id, hora: '09:30', zona: 'America/Bogota' };
  await shoot(page, await adjusted('diario', daily), 'ajustar');
  await shoot(page, await adjusted('historial'), 'ajustar-historial');
  await adjusted('restablecer');
  await adjusted('registro', { canal: log.id });

  const refused = await (await player.ask(ana, 'ajustar', {}, { subcommand: 'ver' })).answer();
  await shoot(windows.ana, refused, 'ajustar-negado');

  const opened = await player.press(luis, joke, button(joke, es.buttons.report));
  await player.modal(luis, opened.interaction, { reason: 'No tiene gracia' });
  const reported = await player.inChannel(
    log.id,
    moderator,
    (m) => m.embeds[0]?.title === es.report.logTitle,
  );
  await showChannel(scene, log.id);
  await shoot(page, reported, 'reporte');

  await showChannel(scene, player.channel);
  const hide = await player.ask(moderator, es.commands.ocultarMensaje.name, {}, { target: joke.id });
  await shoot(page, await hide.answer(), 'ocultar-mensaje');
  const hidden = await player.until(ana, joke.id, (m) => JSON.stringify(m.embeds).includes(es.joke.hidden));
  await windows.ana.getByText(es.joke.hidden).first().waitFor();
  await shoot(windows.ana, hidden, 'chiste-oculto');
}

/** Opens a channel in the moderator's window. */
export async function showChannel({ box, player, windows }: Scene, channel: string): Promise<void> {
  await windows.moderator.goto(`${box.url}/?user=${player.moderator.id}#/${player.guild}/${channel}`);
}
