import type { Command } from 'commander';

/** `chispa model …`: the shelf of models. Only `use` needs the database. */
export function register(program: Command): void {
  const model = program.command('model').description('bring models in, look at them, choose one');
  model
    .command('import')
    .description('bring in a GPT-2 from the Hugging Face hub or from a folder')
    .argument('<id|folder>', 'for instance DeepESP/gpt2-spanish, or a folder that transformers has saved')
    .option('--revision <revision>', 'branch, tag or commit on the hub (default: main)')
    .option('--name <name>', "what to call it here (default: the model's own name)")
    .option('--json', 'print one JSON object when it is done')
    .action(async (source, options) => (await import('./model/import.ts')).importModel(source, options));
  model
    .command('list')
    .description('list the models there are')
    .option('--json', 'print one JSON object a line')
    .action(async (options) => (await import('./model/list.ts')).listModels(options));
  model
    .command('show')
    .description('print a model as PyTorch prints it, with its size and where it comes from')
    .argument('<name|folder>')
    .option('--names', 'list the names of its modules instead')
    .option('--json', 'print one JSON object')
    .action(async (name, options) => (await import('./model/show.ts')).showModel(name, options));
  model
    .command('verify')
    .description("hash a model's files again and check that they are what they were")
    .argument('<name|folder>')
    .option('--json', 'print one JSON object')
    .action(async (name, options) => (await import('./model/verify.ts')).verifyModel(name, options));
  model
    .command('remove')
    .description('delete a model')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .action(async (name, options) => (await import('./model/remove.ts')).removeModel(name, options));
  model
    .command('use')
    .description('make a model the one the bot speaks with')
    .argument('<name|folder>')
    .action(async (name) => (await import('./model/use.ts')).useModel(name));
}
