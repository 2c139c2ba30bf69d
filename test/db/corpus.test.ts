import { describe, expect, it } from 'vitest';
import {
  corpusEntriesOf,
  corpusSources,
  importEntries,
  markDuplicates,
  type NewCorpusEntry,
} from '../../src/db/corpus.ts';
import { onEachBackend } from './backends.ts';

const joke = (hash: string, changes: Partial<NewCorpusEntry> = {}): NewCorpusEntry => ({
  hash,
  text: `El chiste ${hash}`,
  source: 'chistes',
  licence: 'CC0-1.0',
  keywords: ['a', 'b'],
  flags: [],
  ...changes,
});

describe('the imported corpus', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('stores each joke once, however often it is imported', async () => {
      const jokes = [joke('1'), joke('2'), joke('1', { text: 'EL CHISTE 1' })];
      expect(await importEntries(db(), jokes)).toEqual({ added: 2, updated: 0, known: 1 });
      expect(await importEntries(db(), jokes)).toEqual({ added: 0, updated: 0, known: 3 });
      expect((await corpusEntriesOf(db())).map(({ text }) => text)).toEqual(['El chiste 1', 'El chiste 2']);
    });

    it('updates metadata from the same source, and takes only first votes from another', async () => {
      await importEntries(db(), [joke('1', { category: 'mar' }), joke('2', { rating: 4, ratingVotes: 2 })]);
      const again = [joke('1', { category: 'sol', funny: 3 }), joke('2', { rating: 4, ratingVotes: 2 })];
      expect(await importEntries(db(), again)).toEqual({ added: 0, updated: 1, known: 1 });
      const others = ['1', '2'].map((hash) =>
        joke(hash, { source: 'votos', licence: 'MIT', category: 'otra', rating: 1, ratingVotes: 9 }),
      );
      expect(await importEntries(db(), others)).toEqual({ added: 0, updated: 1, known: 1 });
      expect(await corpusEntriesOf(db())).toMatchObject([
        { source: 'chistes', licence: 'CC0-1.0', category: 'sol', funny: 3, rating: 1, ratingVotes: 9 },
        { source: 'chistes', category: null, rating: 4, ratingVotes: 2 },
      ]);
    });

    it('is imported whole or not at all', async () => {
      const many = Array.from({ length: 1500 }, (_, i) => joke(String(i)));
      // An invalid null, which only JavaScript callers could pass; the database refuses it.
      const broken = { ...joke('broken'), text: null as unknown as string };
      await expect(importEntries(db(), [...many, broken])).rejects.toThrow();
      expect(await corpusEntriesOf(db())).toEqual([]);
      expect(await importEntries(db(), many)).toEqual({ added: 1500, updated: 0, known: 0 });
    });

    it('is filtered by source, category, and crudeness, and omits marked duplicates', async () => {
      await importEntries(db(), [
        joke('1', { category: 'mar' }),
        joke('2', { source: 'otra', flags: ['crude'] }),
        joke('3', { source: 'otra' }),
      ]);
      const hashes = async (filter: Parameters<typeof corpusEntriesOf>[1]) =>
        (await corpusEntriesOf(db(), filter)).map(({ hash }) => hash);
      expect(await hashes({ source: 'otra' })).toEqual(['2', '3']);
      expect(await hashes({ category: 'mar' })).toEqual(['1']);
      expect(await hashes({ clean: true })).toEqual(['1', '3']);
      expect(await hashes({ limit: 2 })).toEqual(['1', '2']);

      const ids = (await corpusEntriesOf(db())).map(({ id }) => id);
      await markDuplicates(db(), ids.slice(1, 2));
      await markDuplicates(db(), ids.slice(1, 2)); // repeating it changes nothing
      expect(await hashes({})).toEqual(['1', '3']);
      expect(await hashes({ duplicates: true })).toEqual(['1', '2', '3']);
      expect(await corpusSources(db())).toMatchObject([
        { source: 'chistes', jokes: 1, crude: 0, duplicates: 0 },
        { source: 'otra', licence: 'CC0-1.0', jokes: 2, crude: 1, duplicates: 1 },
      ]);
      await importEntries(db(), [joke('2', { source: 'otra', flags: ['crude'], category: 'nueva' })]);
      expect(await hashes({})).toEqual(['1', '3']); // the mark survives the next import
      await markDuplicates(db(), []);
      expect(await hashes({})).toEqual(['1', '2', '3']);
    });
  });
});
