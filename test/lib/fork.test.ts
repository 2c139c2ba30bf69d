import { expect, it } from 'vitest';
import { withHugePages } from '../../src/lib/fork.ts';

it('asks for huge pages in addition to what the host has set', () => {
  expect(withHugePages({ PATH: '/bin' })).toEqual({
    PATH: '/bin',
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1048576',
  });
  expect(withHugePages({ GLIBC_TUNABLES: 'glibc.malloc.check=3' }).GLIBC_TUNABLES).toBe(
    'glibc.malloc.check=3:glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=1048576',
  );
});
