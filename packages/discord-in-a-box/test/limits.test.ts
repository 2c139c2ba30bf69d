import { MessageFlags } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, openRehearsal, type Rehearsal } from './rehearsal.ts';

let scene: Rehearsal;
beforeAll(async () => {
  scene = await openRehearsal();
});
afterAll(() => scene.close());

describe('messages', () => {
  it.each([
    ['content', { content: 'x'.repeat(2001) }, ['content'], 'BASE_TYPE_MAX_LENGTH'],
    [
      'an embed description',
      { embeds: [{}, { description: 'x'.repeat(4097) }] },
      ['embeds', '1', 'description'],
      'BASE_TYPE_MAX_LENGTH',
    ],
    [
      'eleven embeds',
      { embeds: Array.from({ length: 11 }, () => ({ title: 'x' })) },
      ['embeds'],
      'BASE_TYPE_MAX_LENGTH',
    ],
    [
      '6,001 characters in embeds',
      { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
      ['embeds', '1'],
      'MAX_EMBED_SIZE_EXCEEDED',
    ],
    [
      'a field without a value',
      { embeds: [{ fields: [{ name: 'x' }] }] },
      ['embeds', '0', 'fields', '0', 'value'],
      'BASE_TYPE_REQUIRED',
    ],
    [
      'an image with another scheme',
      { embeds: [{ image: { url: 'ftp://x.example/a' } }] },
      ['embeds', '0', 'image', 'url'],
      'URL_TYPE_INVALID_SCHEME',
    ],
    [
      'six buttons in a row',
      { components: [row(6)] },
      ['components', '0', 'components'],
      'BASE_TYPE_BAD_LENGTH',
    ],
    [
      'six rows',
      { components: Array.from({ length: 6 }, (_, n) => row(1, `r${n}`)) },
      ['components'],
      'BASE_TYPE_MAX_LENGTH',
    ],
    [
      'a custom id of 101 characters',
      { components: [row(1, 'x'.repeat(101))] },
      ['components', '0', 'components', '0', 'custom_id'],
      'BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a custom id twice',
      { components: [row(1, 'x'), row(1, 'x')] },
      ['components', '1', 'components', '0', 'custom_id'],
      'COMPONENT_CUSTOM_ID_DUPLICATED',
    ],
    [
      'a label of 81 characters',
      { components: [{ type: 1, components: [button({ label: 'x'.repeat(81) })] }] },
      ['components', '0', 'components', '0', 'label'],
      'BASE_TYPE_MAX_LENGTH',
    ],
    [
      'a link without an address',
      { components: [{ type: 1, components: [button({ style: 5, custom_id: undefined })] }] },
      ['components', '0', 'components', '0', 'url'],
      'BASE_TYPE_REQUIRED',
    ],
    [
      '26 options',
      { components: [{ type: 1, components: [{ type: 3, custom_id: 's', options: options(26) }] }] },
      ['components', '0', 'components', '0', 'options'],
      'BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a text display without the V2 flag',
      { components: [{ type: 10, content: 'x' }] },
      ['components', '0', 'type'],
      'UNION_TYPE_CHOICES',
    ],
    [
      'content beside V2 components',
      { flags: MessageFlags.IsComponentsV2, content: 'x', components: [{ type: 10, content: 'x' }] },
      ['content'],
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
    ],
    [
      '41 components',
      {
        flags: MessageFlags.IsComponentsV2,
        components: Array.from({ length: 41 }, () => ({ type: 10, content: 'x' })),
      },
      ['components'],
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
    ],
    [
      '4,001 characters of V2 text',
      {
        flags: MessageFlags.IsComponentsV2,
        components: [
          { type: 10, content: 'x'.repeat(2500) },
          { type: 10, content: 'x'.repeat(1501) },
        ],
      },
      ['components'],
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
    ],
  ])('refuses %s and names the field', async (_what, body, path, wanted) => {
    const { code, rawError } = await failure(
      scene.bot.rest.post(`/channels/${scene.channel.id}/messages`, { body }),
    );
    expect(code).toBe(50035);
    let node: unknown = (rawError as { errors: unknown }).errors; // every 50035 carries them
    for (const step of path) node = (node as Record<string, unknown>)[step];
    expect(node).toMatchObject({ _errors: [{ code: wanted }] });
  });

  it('counts characters, not UTF-16 units', async () => {
    await scene.channel.send('😂'.repeat(2000));
    expect((await failure(scene.channel.send('😂'.repeat(2001)))).code).toBe(50035);
  });
});

function button(more: object) {
  return { type: 2, style: 1, label: 'x', custom_id: 'x', ...more };
}
function row(count: number, name = 'b') {
  return {
    type: 1,
    components: Array.from({ length: count }, (_, n) =>
      button({ custom_id: count > 1 ? `${name}${n}` : name }),
    ),
  };
}
function options(count: number) {
  return Array.from({ length: count }, (_, n) => ({ label: `${n}`, value: `${n}` }));
}
