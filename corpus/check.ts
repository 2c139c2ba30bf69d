import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCorpus, readJokes } from '../src/corpus/read.ts';
import { seedProblems, sharedWords } from './seed-problems.ts';

// npm run corpus:check -- FOLDER
// Checks the seed jokes in themselves and, with a folder of joke files, that they share no six consecutive
// words with any of them.

const { jokes, errors } = await readJokes(defaultCorpus);
const problems = [...errors.map(({ line, reason }) => `line ${line} ${reason}`), ...seedProblems(jokes)];

const folder = process.argv[2];
if (folder) {
  for (const name of await readdir(folder)) {
    const others = await readJokes(join(folder, name));
    const found = sharedWords(
      jokes,
      others.jokes.map(({ text }) => text),
    );
    problems.push(...found.map((problem) => `${problem} with ${name}`));
  }
}

for (const problem of problems) console.log(problem);
console.log(`${jokes.length} jokes, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
