import { layoutOf } from './layouts.ts';
import type { LlamaConfig } from './llama-config.ts';
import { group, headModule, leaf, linearModule, type Module, pythonFloat } from './module.ts';

/** The prefix of transformers' class names for each member of the family. */
const CLASSES: Readonly<Record<LlamaConfig['member'], string>> = {
  llama: 'Llama',
  mistral: 'Mistral',
  qwen2: 'Qwen2',
  qwen3: 'Qwen3',
};

/** The modules of a LlamaForCausalLM, or a related model, with this config, as transformers builds them. */
export function llamaModules(config: LlamaConfig): Module {
  const { vocabSize, width, layers, headWidth, normEpsilon, pad } = config;
  const own = CLASSES[config.member];
  const norm = (name: string, size: number) =>
    leaf(name, `${own}RMSNorm((${size},), eps=${pythonFloat(normEpsilon)})`, size);
  const linears = layoutOf(config).linears.flat();
  /** The linear layers of one part of a block. */
  const linearsOf = (prefix: string) =>
    linears.flatMap(({ name, inputs, outputs, bias }) =>
      name.startsWith(prefix) ? [linearModule(name.slice(prefix.length), inputs, outputs, bias)] : [],
    );
  const block = (layer: number) =>
    group(String(layer), `${own}DecoderLayer`, [
      group('self_attn', `${own}Attention`, [
        ...linearsOf(`layers.${layer}.self_attn.`),
        ...(config.headNorm ? [norm('q_norm', headWidth), norm('k_norm', headWidth)] : []),
      ]),
      group('mlp', `${own}MLP`, [...linearsOf(`layers.${layer}.mlp.`), leaf('act_fn', 'SiLUActivation()')]),
      norm('input_layernorm', width),
      norm('post_attention_layernorm', width),
    ]);
  const padding = pad === null ? '' : `, padding_idx=${pad}`;
  return group('', `${own}ForCausalLM`, [
    group('model', `${own}Model`, [
      leaf('embed_tokens', `Embedding(${vocabSize}, ${width}${padding})`, vocabSize * width),
      group(
        'layers',
        'ModuleList',
        Array.from({ length: layers }, (_, layer) => block(layer)),
      ),
      norm('norm', width),
      leaf('rotary_emb', `${own}RotaryEmbedding()`),
    ]),
    headModule(width, vocabSize, config.tied),
  ]);
}
