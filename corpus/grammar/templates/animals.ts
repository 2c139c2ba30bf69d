import { animals } from '../lexicon/animals.ts';
import { cities, family, names } from '../lexicon/people.ts';
import { places, shops } from '../lexicon/things.ts';
import { habits, numbers } from '../lexicon/times.ts';
import { template } from './define.ts';

export const animalTemplates = [
  template(
    'animal-in-a-shop',
    'animales',
    ['a', 's'],
    { a: animals, s: shops, c: cities, n: names },
    'Entra <un:a> en <un:s> de <c> y {pide|quiere|busca} <a.wants>.\n- ¿{Algo más|Es para regalo|Se lo envuelvo}?\n- {No, gracias|No hace falta|Así está bien}: <a.why>.',
    '{Llega|Aparece} <un:a> en <el:s> de <n> y pide <a.wants>.\n- ¿{Para usted|Y eso}?\n- {Sí|Claro}, es que <a.why>.',
  ),
  template(
    'animal-on-the-phone',
    'animales',
    ['a', 's'],
    { a: animals, s: shops, c: cities, n: names },
    '- {¿Diga?|¿Dígame?|¿Sí?}\n- ¿Es <el:s> de <n>? Soy <un:a> de <c> y {necesito|busco|quería} <a.wants>.\n- ¿{Y eso|Para hoy}?\n- {Es que|Sí:} <a.why>.',
  ),
  template(
    'animal-job-interview',
    'trabajo',
    ['a', 's'],
    { a: animals, s: shops, c: cities, n: names },
    '<un:a> busca trabajo en <un:s> de <c>.\n- ¿{Qué sabe hacer|Por qué debo contratarl<o:a>|Cuál es su virtud}? -pregunta <n>.\n- {Verá|Mire|Se lo diré}: <a.brag>.',
    '- {Siéntese|Pase}, soy <n>. ¿Y usted?\n- <un:a> de <c>.\n- ¿{Qué ofrece|Qué experiencia tiene}?\n- {Verá|Mire}: <a.brag>.',
  ),
  template(
    'animal-in-the-family',
    'médicos',
    ['fam', 'a'],
    { a: animals, fam: family, num: numbers, n: names },
    '- {Doctor|Doctora}, mi <fam> {se cree|cree que es} <un:a>.\n- ¿{Desde cuándo|Hace mucho}?\n- {Hace|Desde hace|Hará} <num> {días|semanas|meses}.\n- ¿{Y por qué no <lo:fam> trae|Y por qué no vino antes|Y por qué esperan tanto|Y por qué no <lo:fam> curan}?\n- {Porque|Es que} <a.useful>.',
    'Mi <fam> {se cree|cree que es} <un:a>. {El médico|La doctora|<n>|El psicólogo} {quiere quitarle la idea|dice que se cura|propone un tratamiento}, pero {en casa no hay prisa|nosotros callamos|a mí me viene bien|esperaremos <num> meses}: <a.useful>.',
  ),
  template(
    'animal-at-home',
    'familia',
    ['a', 'fam'],
    { a: animals, fam: family, n: names, h: habits },
    '- {Oye|Mira}, <n>, mi <fam> {ha adoptado|tiene en casa|ha traído} <un:a>.\n- ¿<un:a>? ¿{Y para qué|Y eso}?\n- {Pues|Dice que} <h> <a.useful>.',
    'Mi <fam> {ha adoptado|se ha traído a casa} <un:a>. {Jura|Dice|Asegura} que, <h>, <a.useful>.',
  ),
  template(
    'animals-boast',
    'animales',
    ['a', 'b'],
    { a: animals, b: animals, pl: places, c: cities, n: names },
    'Van <un:a> y <un:b> por <el:pl> de <c>.\n- {Yo presumo de una cosa|No es por presumir}: <a.brag>.\n- {Pues yo también presumo|Eso no es nada|Pues escucha}: <b.brag>.',
    '{Charlan|Se encuentran|Discuten} <un:a> y <un:b> en <el:pl> de <n>.\n- {Te diré algo|Mírame bien}: <a.brag>.\n- {Eso no es nada|Vaya cosa}: <b.brag>.',
  ),
  template(
    'animal-riddle',
    'animales',
    ['a', 's'],
    { a: animals, s: shops, c: cities, n: names },
    '¿Por qué {pidió|compró|buscaba} <el:a> de <n> <a.wants> en <c>? Porque dijo: «<a.why>».',
    '- ¿{Sabes|Adivinas} qué {pidió|compró} <un:a> en <el:s> de <n>?\n- {Ni idea|Dímelo tú|A ver}.\n- <a.wants>.\n- ¿{Y por qué|Y eso}?\n- Según <él:a>: «<a.why>».',
  ),
  template(
    'animal-advertisement',
    'trabajo',
    ['a'],
    { a: animals, c: cities, n: names, h: habits },
    '{Anuncio|Se lee en el periódico de <c>|Cartel en la puerta de <n>}: «<un:a> {busca empleo|ofrece sus servicios|se alquila|trabaja} <h>{ en <c>| cerca de <c>| con <n>|}. {Mi lema|Mi secreto|Mi mérito|Lo mejor}: <a.brag>. {Preguntar por <n>|Razón, en <c>|Llamar a <n>|Interesados, <c>}».',
  ),
  template(
    'mamá-mamá-animal',
    'familia',
    ['a'],
    { a: animals, n: names, n2: names, h: habits },
    '- Mamá, mamá, {quiero|necesito|cómprame} <un:a>.\n- ¿{Para qué, <n>|Otra vez, <n>}?\n- <n2> tiene <otro:a> y {dice|jura} que <h> <a.useful>.',
  ),
  template(
    'animal-neighbour',
    'casa',
    ['a'],
    { a: animals, n: names, num: numbers, c: cities },
    '{En <c>, mi|Mi} vecin<o:n> <n> vive con <num> <s:a>. {Se queja mucho|Siempre protesta}, pero luego {confiesa|reconoce}: «<a.useful>».',
  ),
  template(
    'animal-show-and-tell',
    'colegio',
    ['a', 'fam'],
    { a: animals, n: names, fam: family, h: habits, n2: names },
    '<n> {lleva|ha traído} a clase <un:a> de su <fam>.\n- ¿{Y muerde|Es peligros<o:a>|Y qué hace}? -pregunta <n2>.\n- {Al contrario|Qué va|Qué pregunta}: <h> <a.useful>.',
    '- ¿Y los deberes, <n>?\n- Se los {ha llevado|ha comido} <el:a> de mi <fam>.\n- ¿<un:a>? ¿{Y para qué queréis eso|En casa}?\n- {Claro|Pues}, <h> <a.useful>.',
  ),
];
