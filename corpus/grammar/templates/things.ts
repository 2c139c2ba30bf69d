import { cities, family, names } from '../lexicon/people.ts';
import { places, things } from '../lexicon/things.ts';
import { days, habits, numbers } from '../lexicon/times.ts';
import { template } from './define.ts';

export const thingTemplates = [
  template(
    'what-it-says',
    'casa',
    ['x', 'y'],
    { x: things, y: things, n: names, h: habits },
    '¿Qué le {dice|susurra|grita|confiesa} <un:x> a <un:y>{ en casa de <n>| <h>|}? {Mira|Créeme|Escucha|La verdad}: <x.moan>.',
  ),
  template(
    'things-complain',
    'casa',
    ['x', 'y'],
    { x: things, y: things, n: names, c: cities },
    '{Hablan|Charlan|Discuten} <un:x> y <un:y> en {casa de <n>|un piso de <c>}.\n- {Ay|Estoy cansad<o:x>}: <x.moan>.\n- {Peor estoy yo|No te quejes|Eso no es nada}: <y.moan>.',
    'Van <un:x> y <un:y> por <c>.\n- ¿Qué te pasa?\n- <x.moan>. ¿Y a ti?\n- {Lo de siempre|Ni te cuento|Parecido}: <y.moan>.',
  ),
  template(
    'thing-on-the-couch',
    'médicos',
    ['x'],
    { x: things, n: names, c: cities, num: numbers },
    '<un:x> va {al psicólogo|a la psicóloga} en <c>.\n- ¿{Qué le pasa|Qué le preocupa|Desde cuándo sufre}?\n- {Verá|Mire|Ay}: <x.moan>.\n- {Son <num> euros|Vuelva con <n>|Ya somos dos}.',
    '- {Doctor|Doctora}, {creo que soy|me siento como} <un:x>.\n- ¿{Y eso|Por qué}?\n- No sé, desde hace <num> {días|semanas|años} <x.moan>.',
  ),
  template(
    'thing-at-night',
    'casa',
    ['x'],
    { x: things, n: names, c: cities, h: habits },
    '<h>, {cuando <n> duerme|mientras <c> duerme|si <n> no mira|lejos de <n>|en una casa de <c>}, <el:x> {suspira|protesta|murmura|solloza|canturrea|filosofa} <x.place>: «<x.moan>».',
  ),
  template(
    'thing-on-strike',
    'trabajo',
    ['x'],
    { x: things, n: names, c: cities, d: days },
    '{<los:x> de <c> irán a la huelga <d>|Huelga de <s:x> <d> en <c>|En <c>, <los:x> pararán <d>|Manifestación de <s:x> en <c> <d>}. {Su portavoz|Su líder|Al frente}, <el:x> de <n>{|, con el puño en alto|, a voz en grito}: «<x.moan>».',
  ),
  template(
    'thing-in-love',
    'amor',
    ['x', 'y'],
    { x: things, y: things, n: names, d: days },
    '<el:x> de <n> se declara a <un:y>.\n- ¿{Salimos|Cenamos|Bailamos} <d>?\n- {No puedo|Qué más quisiera yo|Imposible|Con esta vida, no}: <y.moan>.',
  ),
  template(
    'thing-diary',
    'casa',
    ['x'],
    { x: things, n: names, c: cities, h: habits },
    '{Querido diario|Querido amigo}: soy <el:x> de <n>, {vivo|duermo|trabajo|paso las horas} <x.place>, {en <c>|allá en <c>|aquí en <c>}, y <h> {pienso|me digo|anoto|reconozco|lloro}: «<x.moan>».',
  ),
  template(
    'thing-complaint',
    'otros',
    ['x'],
    { x: things, n: names, c: cities, num: numbers },
    '{Reclamación|Queja|Denuncia} número <num>, {<c>|ayuntamiento de <c>}: <el:x> de <n> {alega|protesta|declara|denuncia|lamenta}: «<x.moan>».',
  ),
  template(
    'thing-cries',
    'casa',
    ['x', 'fam'],
    { x: things, n: names, fam: family, h: habits },
    '¿Por qué {llora|se queja|suspira} <h> <el:x> de {<n>|mi <fam>}? Porque {piensa|suele pensar|se repite|le ronda esto}: «<x.moan>».',
  ),
  template(
    'thing-on-television',
    'cine',
    ['x'],
    { x: things, c: cities },
    '{En el concurso|En la tele}:\n- {Buenas noches|Bienvenid<o:x>}, ¿de dónde viene?\n- {De <c>|Vengo de <c>|Nací en <c>|Llego de <c>}. {Soy|Como ven, soy|En realidad soy} <un:x>.\n- ¿Y {es feliz|le gusta su vida|qué tal le va|se aburre|lo pasa bien}?\n- {A ratos|Según|Bah|Ni fu ni fa|Sin comentarios|Qué quiere que le diga}: <x.moan>.',
  ),
  template(
    'like-a-thing',
    'familia',
    ['fam', 'x'],
    { x: things, fam: family, n: names, c: cities, pl: places, h: habits },
    '¿En qué se {parecen|asemejan} mi <fam> y <un:x> de {<n>|<el:pl>|<c>}? En lo que {dicen|piensan|murmuran|repiten|confiesan} <h>: «<x.moan>».',
  ),
];
