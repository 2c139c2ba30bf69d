import { animals } from '../lexicon/animals.ts';
import { weathers } from '../lexicon/jokes.ts';
import { cities, family, names } from '../lexicon/people.ts';
import { foods, places, things } from '../lexicon/things.ts';
import { days, habits } from '../lexicon/times.ts';
import { template } from './define.ts';

export const weatherTemplates = [
  template(
    'such-weather',
    'clima',
    ['a'],
    { w: weathers, a: animals, c: cities, n: names, x: things, food: foods, pl: places },
    'En <c> <w> que <los:a> <w.effect>.',
    '- ¿Qué tal por <c>, <n>?\n- <w> que <los:a> <w.effect>.',
  ),
  template(
    'weather-rivals',
    'clima',
    ['a', 'b'],
    { w: weathers, a: animals, b: animals, c: cities, n: names, x: things, food: foods, pl: places },
    '- En mi pueblo <w> que <los:a> <w.effect> -{presume|cuenta} <un:b> de <c>.\n- {Exageras|Menos lobos|Qué va} -{dice|contesta} <n>.',
  ),
  template(
    'forecast',
    'clima',
    ['a', 'fam'],
    { a: animals, fam: family, c: cities, d: days, n: names },
    '{Pronóstico|Previsión|Aviso|Parte del tiempo} para <d> en <c>, según la rodilla de mi <fam>: {lluvia|niebla|sol|viento|granizo|nieve|tormenta|calima} {por la mañana|al amanecer|a primera hora|hasta el mediodía} y <los:a> de <n> {por la tarde|al anochecer|de postre|el resto del día}.',
  ),
  template(
    'will-it-rain',
    'clima',
    ['fam'],
    { fam: family, c: cities, d: days, n: names, food: foods },
    '- ¿{Lloverá|Va a llover|Hará malo} <d> en <c>, <n>?\n- {Seguro|Por supuesto|Me temo que sí}: mi <fam> {ha tendido la ropa|ha lavado el coche|quiere ir a la playa|ha guardado el paraguas|estrena zapatos}.',
  ),
  template(
    'umbrella',
    'clima',
    ['fam'],
    { fam: family, c: cities, n: names, pl: places, h: habits },
    '- ¿{Y tu paraguas|Dónde está tu paraguas}, <n>?\n- {De viaje|De vacaciones|Buena pregunta|No me hables}: lo {perdí|olvidé|dejé|presté} en <el:pl> de <c>.\n- ¿Y qué dice tu <fam>?\n- {Que <h> no llueve|Que me moje|Que nade|Que con <n> no salga|Nada: se moja <h>}.',
  ),
  template(
    'cloud-talk',
    'clima',
    ['pl'],
    { c: cities, n: names, pl: places, h: habits, d: days },
    '¿Qué le {dice|pregunta|cuenta} una {nube|gota|tormenta} a otra en <c>? {Hoy no|Mejor <d>|Esperemos|Ten paciencia|Caigamos <d>}, que <n> {ha salido|va|pasea|corre} {sin paraguas|con traje nuevo|en sandalias} {a <el:pl>|por <el:pl>} y {me da pena|es de la familia|ya viene mojad<o:n>}.',
  ),
];
