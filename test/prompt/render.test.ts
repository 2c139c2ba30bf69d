import { describe, expect, it } from 'vitest';
import { chatRecipeFrom } from '../../src/prompt/render.ts';
import { renderChat } from '../../src/prompt/render-chat.ts';

const words = { system: 'Sé breve.', joke: 'Un chiste.', theme: 'Un chiste de {theme}.' };
const recipeOf = (source: string, system = words.system) =>
  chatRecipeFrom({ source, bos: '<s>', eos: '</s>' }, { ...words, system });

/** As Qwen3 writes it, with its switch for thinking. */
const CHATML = `{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}`;

/** As the first Mistral and Gemma: no system message. */
const NO_SYSTEM = `{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}`;

describe('a chat template', () => {
  it('is kept as what it writes before and after the question, with thinking switched off', () => {
    expect(recipeOf(CHATML)).toEqual({
      kind: 'chat',
      ...words,
      before: '<|im_start|>system\nSé breve.<|im_end|>\n<|im_start|>user\n',
      after: '<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
      end: '<|im_end|>',
    });
    expect(recipeOf(CHATML, '').before).toBe('<|im_start|>user\n');
  });

  it('that takes no system message gets it above the question', () => {
    expect(recipeOf(NO_SYSTEM)).toMatchObject({
      before: '<s>[INST] Sé breve.\n\n',
      after: ' [/INST]',
      end: '</s>',
    });
  });

  it('that leaves out the system message gets it above the question, too', () => {
    const silent = NO_SYSTEM.replace(/\{% else %\}.*?\{% endif %\}/, '{% endif %}');
    expect(recipeOf(silent).before).toBe('<s>[INST] Sé breve.\n\n');
  });

  it('that begins every answer with thinking gets a thought that is over', () => {
    const thinking = `${CHATML.split('{%- if add')[0]}{{- '<|im_start|>assistant\\n<think>\\n' }}`;
    expect(recipeOf(thinking).after).toMatch(/assistant\n<think>\n\n<\/think>\n\n$/);
  });

  it.each([
    ['{% for m in messages %}', /cannot be used: /],
    ["{{ raise_exception('no tools') }}", /cannot be used: no tools\./],
    ['Hola', /does not show the system message and the question/],
    ['{% for m in messages %}{{ m.content }}{{ m.content }}{% endfor %}', /does not show/],
  ])('that is wrong is refused in a sentence: %s', (source, message) => {
    expect(() => recipeOf(source)).toThrow(message);
  });

  it('is rendered in a process that is ended if it loops or fills the memory', async () => {
    const template = (source: string) => ({ source, bos: '', eos: '' });
    expect(await renderChat(template(CHATML))).toMatchObject({ kind: 'chat', end: '<|im_end|>' });
    const loop = `{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}`;
    const flood = `{% for m in messages %}{{ m.content }}{% endfor %}{% for a in range(3000) %}un chiste {% endfor %}`;
    const heap = '{% set x = range(1000000000) %}';
    const outcomes = await Promise.allSettled(
      [loop, flood, heap].map((source) => renderChat(template(source))),
    );
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message)).toEqual([
      expect.stringMatching(/did not finish within/),
      expect.stringMatching(/more than 20000 characters/),
      expect.stringMatching(/took too much memory|did not finish/),
    ]);
  }, 60_000);
});
