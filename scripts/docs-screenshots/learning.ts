import { setTimeout as delay } from 'node:timers/promises';
import { es } from '../../src/discord/messages/index.ts';
import { type Asked, isFinished, jokeOf, type SeenMessage, voteButtons } from '../../test/e2e/player.ts';
import { showChannel } from './moderators.ts';
import { answered, type Scene } from './scene.ts';

/** Jokes that the community votes on before the model learns. */
const JOKES = 200;
/** Training takes minutes, and the machine may be busy. */
const LEARNED_WITHIN_MS = 20 * 60_000;

/** What moderators and the host see of learning, after a real training run on votes. */
export async function shootLearning(scene: Scene): Promise<void> {
  const { box, player, windows, log, shoot } = scene;
  const { moderator } = player;
  // Pages that draw every vote would slow down the training.
  for (const page of Object.values(windows)) await page.goto('about:blank');
  await vote(scene);
  const modelo = async (subcommand: string, options = {}): Promise<SeenMessage> => {
    const { interaction } = await player.ask(moderator, 'modelo', options, { subcommand });
    const answer = await answered(player, interaction, (m) => m.content !== '' || m.embeds.length > 0);
    return answer ?? modelo(subcommand, options);
  };
  await modelo('entrenar');
  const told = await announced(scene);
  await windows.moderator.setViewportSize({ width: 1100, height: 2000 }); // it is long
  await showChannel(scene, log.id);
  await shoot(windows.moderator, told, 'aprendizaje');

  await showChannel(scene, player.channel);
  await shoot(windows.moderator, await modelo('lista'), 'modelo-lista');
  const { choices } = await player.call<{ choices: { value: string }[] }>('/box/autocomplete', {
    ...{ guild: player.guild, channel: player.channel, user: moderator.id },
    ...{ name: 'modelo', subcommand: 'detalle', options: { version: '' }, focused: 'version' },
  });
  const version = choices[0]?.value ?? '';
  await shoot(windows.moderator, await modelo('detalle', { version }), 'modelo-detalle');
  await windows.ana.goto(`${box.url}/?user=ana#/${player.guild}/${player.channel}`);
  const { interaction } = await player.ask(player.ana, 'estadisticas');
  const statistics = await answered(player, interaction, (m) => m.embeds.length > 0);
  if (statistics) await shoot(windows.ana, statistics, 'estadisticas');
}

/** The log channel's message about the run, once it has ended. */
async function announced({ player, log }: Scene): Promise<SeenMessage> {
  const { promoted, rejected } = es.learning.log;
  for (const deadline = Date.now() + LEARNED_WITHIN_MS; Date.now() < deadline; await delay(2000)) {
    const posted = await player.call<SeenMessage[]>(
      `/box/messages?channel=${log.id}&user=${player.moderator.id}`,
    );
    const found = posted.find(({ embeds: [embed] }) =>
      [promoted.title, rejected.title].includes(embed?.title ?? ''),
    );
    if (found) return found;
  }
  throw new Error('the log channel got no message about a training run');
}

/** Everybody asks for as many jokes as allowed, and two people vote on each: these people like short ones. */
async function vote({ player }: Scene): Promise<void> {
  const people = [player.ana, player.luis, player.moderator];
  let seed = 1000; // the same jokes in each run
  for (let told = 0; told < JOKES; ) {
    const asked: Asked[] = [];
    for (let i = 0; i < 3; i++) {
      for (const user of people) asked.push(await player.ask(user, 'chiste', { semilla: seed++ }));
    }
    for (const { interaction } of asked) {
      const joke = await answered(player, interaction, isFinished);
      if (!joke) continue;
      told++;
      for (const user of [people[told % 3], people[(told + 1) % 3]]) {
        const score = Math.max(1, Math.min(5, 6 - Math.ceil(jokeOf(joke).length / 45)));
        const face = voteButtons(joke)[score - 1];
        if (user && face) await player.press(user, joke, face);
      }
    }
  }
}
