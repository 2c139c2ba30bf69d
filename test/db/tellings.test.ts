import { describe, expect, it } from 'vitest';
import { addJokeMessage, findJokeByMessage, messagesOfJoke } from '../../src/db/tellings.ts';
import { onEachBackend } from './backends.ts';
import { ASKER, aJoke } from './samples.ts';

describe('tellings', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('lead from each message to its joke, and back', async () => {
      const { id: jokeId } = await aJoke(db());
      const told = { jokeId, channelId: '200', askedBy: ASKER };
      await addJokeMessage(db(), { ...told, messageId: '1' });
      await addJokeMessage(db(), { ...told, messageId: '2' });
      await addJokeMessage(db(), { ...told, messageId: '2' });
      expect((await findJokeByMessage(db(), '2'))?.id).toBe(jokeId);
      expect(await findJokeByMessage(db(), '3')).toBeUndefined();
      expect((await messagesOfJoke(db(), jokeId)).map(({ messageId }) => messageId)).toEqual(['1', '2']);
    });
  });
});
