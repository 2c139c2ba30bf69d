import { rmSync } from 'node:fs';
import { type Box, createBox } from 'discord-in-a-box';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import { freshDataDir } from '../databases.ts';
import {
  button,
  isEphemeral,
  isFinished,
  jokeOf,
  type Player,
  type SeenMessage,
  voteButtons,
} from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 }); // for slow machines

const text = (message: SeenMessage) => JSON.stringify([message.content, message.embeds, message.components]);

/** Discord keeps running while Chispa stops and restarts on the same data folder. */
describe('after a restart', () => {
  const dataDir = freshDataDir();
  let box: Box;
  let started: Started;
  let player: Player;
  /** A joke told, and voted on once, under the program that has since stopped. */
  let joke: SeenMessage;

  beforeAll(async () => {
    box = await createBox({ port: 0 });
    started = await startForTest({ box, dataDir });
    player = started.player;
    const { ana, luis } = player;
    await (await player.ask(luis, 'chiste', { semilla: 5 })).answer(isFinished);
    joke = await (await player.ask(ana, 'chiste', { semilla: 7 })).answer(isFinished);
    await player.press(ana, joke, voteButtons(joke)[4] ?? '');
    joke = await player.until(ana, joke.id, (m) => text(m).includes('1 voto'));
    await started.close();
    started = await startForTest({ box, dataDir });
    player = started.player;
  });
  afterAll(async () => {
    await started?.close();
    await box.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('tells how many jokes were told today beside its name', async () => {
    await expect
      .poll(async () => (await player.world()).bot.activity, { timeout: 60_000 })
      .toBe('2 chistes contados hoy');
  });

  it('takes votes on a joke from before, and replaces the former vote of a person', async () => {
    await player.press(player.luis, joke, voteButtons(joke)[2] ?? '');
    await player.until(player.ana, joke.id, (m) => text(m).includes('★ 4 de 5 · 2 votos'));
    await player.press(player.ana, joke, voteButtons(joke)[2] ?? '');
    const rated = await player.until(player.ana, joke.id, (m) => text(m).includes('★ 3 de 5 · 2 votos'));
    expect(jokeOf(rated)).toBe(jokeOf(joke));
  });

  it('tells another and goes on from it', async () => {
    const another = await player.press(player.luis, joke, button(joke, es.buttons.again));
    expect(jokeOf(await another.answer(isFinished))).not.toBe(jokeOf(joke));
    const more = await player.press(player.luis, joke, button(joke, es.buttons.more));
    expect((await more.answer(isFinished)).embeds[0]?.title).toBe(es.joke.continuation);
  });

  it('still knows how it thought', async () => {
    const press = await player.press(player.luis, joke, button(joke, es.buttons.think));
    const steps = await press.answer((m) => m.embeds[0]?.title === es.steps.title);
    expect(isEphemeral(steps)).toBe(true);
    expect(steps.embeds[0]?.image?.url).toBeTruthy();
  });

  it('takes a report of it', async () => {
    const opened = await player.press(player.luis, joke, button(joke, es.buttons.report));
    await player.modal(player.luis, opened.interaction, { reason: 'Es muy viejo' });
    await player.eventually(async () =>
      (await player.messages(player.luis.id)).find(({ content }) => content === es.report.thanksUnheard),
    );
  });

  it('lets whoever asked for it delete it', async () => {
    await player.press(player.ana, joke, button(joke, es.buttons.delete));
    await expect
      .poll(async () => (await player.messages(player.ana.id)).some(({ id }) => id === joke.id))
      .toBe(false);
  });

  it('answers a button of a version it does not know with a sentence', async () => {
    const other = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(isFinished);
    const pressed = await player.press(player.ana, other, 'chispa:99:rate:abc:1', { unchecked: true });
    expect((await pressed.answer((m) => m.id !== other.id)).content).toBe(es.refusal.oldButton);
  });
});
