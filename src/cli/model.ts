import { type Command, Option } from 'commander';
import { examples } from './options/examples.ts';

/**
 * `chispa model …`: manages the models on this machine. `use` needs the database; `list` and `remove` ask it if there
 * is one.
 */
export function register(program: Command): void {
  const model = program
    .command('model')
    .description('import models, inspect them, choose one')
    .addHelpText('after', examples('model import DeepESP/gpt2-spanish', 'model use gpt2-spanish'));
  model
    .command('import')
    .description('import a model from the Hugging Face hub or from a folder')
    .argument('<id|folder>', 'for example DeepESP/gpt2-spanish, or a folder that transformers has saved')
    .option('--revision <revision>', 'branch, tag or commit on the hub (default: main)')
    .option('--name <name>', "what to call it here (default: the model's own name)")
    .option('--accept-license', 'accept a license with terms of its own, without being asked')
    .option('--json', 'print one JSON object when it is done')
    .addHelpText(
      'after',
      examples(
        'model import DeepESP/gpt2-spanish',
        'model import ./my-gpt2 --name mine',
        'model import meta-llama/Llama-3.2-1B-Instruct --accept-license',
      ),
    )
    .action(async (source, options) => (await import('./model/import.ts')).importModel(source, options));
  model
    .command('list')
    .description('list the models, and at which precisions each fits the memory of this machine')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', examples('model list', 'model list --json'))
    .action(async (options) => (await import('./model/list.ts')).listModels(options));
  model
    .command('show')
    .description('print a model as PyTorch prints it, with its size and where it comes from')
    .argument('<name|folder>')
    .option('--names', 'list the names of its modules instead')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('model show mini-es', 'model show ./my-gpt2 --names'))
    .action(async (name, options) => (await import('./model/show.ts')).showModel(name, options));
  model
    .command('verify')
    .description("hash a model's files again and check that they have not changed")
    .argument('<name|folder>')
    .option('--json', 'print one JSON object')
    .addHelpText('after', examples('model verify gpt2-spanish'))
    .action(async (name, options) => (await import('./model/verify.ts')).verifyModel(name, options));
  model
    .command('prompt')
    .description('show how a model is asked for a joke, or change it')
    .argument('<name|folder>')
    .addOption(
      new Option(
        '--kind <kind>',
        'plain templates, a few house jokes first, or its own chat template',
      ).choices(['plain', 'few-shot', 'chat']),
    )
    .option(
      '--joke <text>',
      'plain, few-shot: what stands before a joke; chat: the question (\\n is a line break)',
    )
    .option('--theme <text>', 'the same for a joke about {theme}')
    .option('--continue <text>', 'plain: what stands for a continuation of {text}')
    .option('--shots <number>', 'few-shot: how many jokes come first, 1 to 16', Number)
    .option('--system <text>', 'chat: the system message; "" for none')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      examples(
        'model prompt mini-es',
        'model prompt Qwen3-0.6B --system "Cuentas chistes de pueblo. Responde solo con el chiste."',
        'model prompt SmolLM2-360M --shots 6',
        'model prompt gpt2-spanish --kind plain --joke "{eot}" --theme "{eot}Sobre {theme}:\\n"',
      ),
    )
    .action(async (name, options) => (await import('./model/prompt.ts')).promptModel(name, options));
  model
    .command('remove')
    .description('delete a model')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .addHelpText('after', examples('model remove gpt2-spanish'))
    .action(async (name, options) => (await import('./model/remove.ts')).removeModel(name, options));
  model
    .command('use')
    .description('choose the model that the bot uses')
    .argument('<name|folder>')
    .addHelpText('after', examples('model use gpt2-spanish', 'model use mini-es'))
    .action(async (name) => (await import('./model/use.ts')).useModel(name));
}
