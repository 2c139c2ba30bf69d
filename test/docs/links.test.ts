import { existsSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/lib/paths.ts';
import { anchor, headings, links, pageAt, pages } from './pages.ts';

const isRemote = (target: string) => /^[a-z]+:/.test(target);

describe('the links of the documentation', () => {
  it.each(pages)('$path: lead to files and headings that exist', ({ path, text }) => {
    for (const target of links(text).filter((one) => !isRemote(one))) {
      const [file = '', fragment] = target.split('#');
      const found = file === '' ? path : normalize(join(path, '..', file));
      expect(existsSync(join(packageRoot, found)), target).toBe(true);
      if (fragment !== undefined)
        expect(
          headings(pageAt(found).text).map(({ title }) => anchor(title)),
          target,
        ).toContain(fragment);
    }
  });

  it('show each picture somewhere', () => {
    const shown = pages.flatMap(({ path, text }) =>
      links(text).map((target) => normalize(join(path, '..', target))),
    );
    for (const name of readdirSync(join(packageRoot, 'docs/images')))
      expect(shown).toContain(`docs/images/${name}`);
  });

  it('lead from the index to every page of docs/', () => {
    const indexed = links(pageAt('docs/README.md').text);
    for (const name of readdirSync(join(packageRoot, 'docs')).filter((one) => one.endsWith('.md')))
      if (name !== 'README.md') expect(indexed).toContain(name);
  });
});
