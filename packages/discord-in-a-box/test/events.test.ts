import { describe, expect, it } from 'vitest';
import { bot, channel, channelId, member, moderator, playScene, register, stage } from './scene.ts';
import { given, until } from './stage.ts';

playScene();

describe('the event stream', () => {
  type Event = {
    name: string;
    data: { id?: string; content?: string; state?: string; channel?: string; bot?: { online: boolean } };
  };

  async function follow(user: string) {
    const stop = new AbortController();
    const response = await fetch(`${stage.box.url}/box/events?user=${user}`, { signal: stop.signal });
    const events: Event[] = [];
    const reading = (async () => {
      let text = '';
      for await (const chunk of given(response.body)) {
        text += Buffer.from(chunk).toString();
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) {
          const [, name = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
          if (name) events.push({ name, data: JSON.parse(data) });
        }
      }
    })().catch(() => {}); // aborting ends it with an error
    const end = () => {
      stop.abort();
      return reading;
    };
    return { events, end };
  }

  it('tells each person what they see, and nothing else', async () => {
    await register();
    const [mine, theirs] = await Promise.all([follow(member().id), follow(moderator().id)]);
    const { interaction } = await stage.post<{ interaction: string }>('/box/commands', {
      channel: channelId(),
      user: member().id,
      name: 'hola',
    });
    await until('answer', () =>
      mine.events.some(({ name, data }) => name === 'interaction' && data.state === 'answered'),
    );
    const states = mine.events
      .filter(({ name }) => name === 'interaction')
      .map(({ data }) => [data.id, data.state]);
    expect(states).toEqual([
      [interaction, 'pending'],
      [interaction, 'answered'],
    ]);
    const message = await channel().send('a todos');
    await message.edit('a todas');
    await message.delete();
    await channel().sendTyping();
    await until('typing', () => theirs.events.some(({ name }) => name === 'typing'));
    const seen = theirs.events
      .filter(({ data }) => data.id === message.id)
      .map(({ name, data }) => [name, data.content]);
    expect(seen).toEqual([
      ['message-created', 'a todos'],
      ['message-updated', 'a todas'],
      ['message-deleted', undefined],
    ]);
    expect(theirs.events.some(({ name }) => name === 'interaction')).toBe(false);
    expect(theirs.events[0]).toMatchObject({ name: 'state', data: { bot: { online: true } } });
    await bot.application.commands.set([]);
    await until('commands', () => mine.events.some(({ name }) => name === 'commands'));
    await bot.destroy();
    await until('offline', () =>
      mine.events.some(({ name, data }) => name === 'state' && data.bot?.online === false),
    );
    await Promise.all([mine.end(), theirs.end()]);
  });
});
