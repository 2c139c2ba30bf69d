import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { houseJokes } from '../src/corpus/house.ts';
import { readJokes } from '../src/corpus/read.ts';
import { createSafety } from '../src/safety/safety.ts';
import { houseProblems, sharedWords } from './house-problems.ts';

// npm run corpus:check -- [FOLDER]
// Checks the house jokes and, given a folder of joke files, that they share no six consecutive words with any joke in
// them.

const jokes = houseJokes();
const problems = houseProblems(jokes, createSafety());

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
const heldOut = jokes.filter((joke) => joke.heldOut).length;
const categories = new Set(jokes.map(({ category }) => category)).size;
console.log(
  `${jokes.length} jokes in ${categories} categories (${heldOut} held out), ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
