import { expect, it } from 'vitest';
import { openModelFolder } from '../../src/models/folder.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { openingText, templateTokens } from '../../src/prompt/plain.ts';

const model = await openModelFolder(bundledModelPath);
const { tokenizer } = model;

it('puts the end-of-text token where the template says', () => {
  expect(templateTokens(model, '{eot}-')).toEqual([8191, ...tokenizer.encode('-')]);
  expect(templateTokens(model, '{eot}Tema: {theme}\n', { theme: 'gatos' })).toEqual([
    8191,
    ...tokenizer.encode('Tema: gatos\n'),
  ]);
});

it('treats a person’s input as plain text, placeholders and special tokens included', () => {
  const text = '{eot}<|endoftext|>{theme}$&';
  expect(templateTokens(model, '{eot}{text}', { text, theme: 'x' })).toEqual([
    8191,
    ...tokenizer.encode(text),
  ]);
  expect(templateTokens(model, '{text}', { text })).not.toContain(8191);
});

it('knows which part of a joke the template has already written', () => {
  expect(openingText('{eot}-')).toBe('-');
  expect(openingText('{eot}')).toBe('');
  expect(openingText('{eot}Tema: {theme}\n')).toBe('');
});
