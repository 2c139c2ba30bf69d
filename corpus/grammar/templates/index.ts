import type { Template } from '../template.ts';
import { animalTemplates } from './animals.ts';
import { cinemaTemplates } from './cinema.ts';
import { everydayTemplates } from './everyday.ts';
import { exaggerationTemplates } from './exaggeration.ts';
import { foodTemplates } from './food.ts';
import { schoolTemplates } from './school.ts';
import { technologyTemplates } from './technology.ts';
import { thingTemplates } from './things.ts';
import { tradeTemplates } from './trades.ts';
import { weatherTemplates } from './weather.ts';

export const templates: readonly Template[] = [
  ...animalTemplates,
  ...tradeTemplates,
  ...thingTemplates,
  ...foodTemplates,
  ...schoolTemplates,
  ...weatherTemplates,
  ...technologyTemplates,
  ...cinemaTemplates,
  ...exaggerationTemplates,
  ...everydayTemplates,
];
