import { cities, elders, family, names } from '../lexicon/people.ts';
import { foods, places, things } from '../lexicon/things.ts';
import { days, habits, hours, numbers } from '../lexicon/times.ts';
import { template } from './define.ts';

export const schoolTemplates = [
  template(
    'subtraction',
    'colegio',
    ['food'],
    { num: numbers, food: foods, n: names, n2: names },
    '- {A ver|Dime}, <n>: si tienes <num> <s:food> y <n2> te {quita|pide|esconde} <un:food>, ¿qué {te queda|tienes}?\n- {Un problema con <n2>|Una conversación pendiente con <n2>|Un enemigo en la fila <num>|Ganas de cambiarme de sitio}.',
  ),
  template(
    'one-more',
    'colegio',
    ['food'],
    { num: numbers, food: foods, n: names, n2: names },
    '- <n>, tienes <num> <s:food> y te {regalo|doy} <un:food> más. ¿Cuánt<os:food> {hay|tienes}?\n- <num.next>.\n- {Muy bien|Perfecto}. ¿Y si <n2> te quita {la mitad|tod<os:food>}?\n- {No se atreve|Que lo intente|Tiene miedo de mí}.',
    '- ¿Cuánto {es|suma} <num> más uno, <n>?\n- <num.next>.\n- {Bien|Correcto}. ¿Y cómo lo {sabes|calculas}?\n- {Con <los:food> de <n2>|Con los dedos de <n2>|Me sopla <n2>}.',
  ),
  template(
    'late-for-class',
    'colegio',
    ['fam'],
    { hr: hours, n: names, n2: names, fam: family, num: numbers },
    '- <n>, la clase {empezó|empieza} a <hr>.\n- {Por mí no se preocupe|Siga, siga|No se pare}, profe: en <num> minutos {alcanzo a <n2>|me lo cuenta <n2>|lo copio de <n2>|me pongo al día con <n2>}.',
    '- ¿Por qué llegas a <hr>, <n>?\n- Mi <fam> {dice|repite|jura|opina} que {lo bueno se hace esperar|la prisa es mala|con sueño no se aprende}.\n- ¿Y <n2>?\n- {Viene detrás|Aún es mejor}.',
  ),
  template(
    'how-was-the-exam',
    'colegio',
    ['fam'],
    { n: names, num: numbers, d: days, fam: family },
    '- ¿Qué tal {el examen|la prueba} de {ciencias|historia|inglés|música|lengua|geografía}, <n>?\n- {Bien|Regular|Depende}: de <num> preguntas {me sabía|acerté} una.\n- ¿{Cuál|Y cuál era}?\n- {El nombre|La fecha|La de mi clase}.',
    '- <n>, ¿{aprobaste|qué sacaste en} {ciencias|historia|inglés|música|lengua}?\n- Se lo cuento a mi <fam> <d>.\n- ¿{Y a mí|Por qué <d>}?\n- Porque {sale de viaje|estará de buen humor|se va a dormir pronto}.',
  ),
  template(
    'dog-ate-it',
    'colegio',
    ['x', 'fam'],
    { n: names, x: things, fam: family, num: numbers, d: days },
    '- <n>, ¿y {la redacción|el dibujo|el resumen} sobre <el:x>?\n- {En blanco|Sin acabar|A medias|Sin empezar|Casi está}, profe.\n- ¿{Por qué|Y eso}?\n- {Quise preguntarle|Se lo pregunté|Le escribí una carta} {a <el:x> de mi <fam>} {y|pero} {no contesta|no habla|tiene vacaciones} hasta <d>.',
  ),
  template(
    'drawing',
    'colegio',
    ['x', 'y'],
    { n: names, x: things, y: things, col: places, n2: names },
    '- ¿{Qué has dibujado|Qué es esto}, <n>?\n- <un:x> en <el:col>.\n- {Parece|Yo veo} <un:y>.\n- {Es que|Claro:} {lo miro desde lejos|está de espaldas|lo pintó <n2>|va disfrazad<o:x>}.',
  ),
  template(
    'note-for-the-parents',
    'colegio',
    ['fam'],
    { n: names, fam: elders, n2: names, d: days, c: cities },
    '- <n>, {dile|escribe} a tu <fam> que venga <d>.\n- {Imposible|No puede}, profe: {está en <c>|trabaja en <c>}.\n- ¿{Y quién vendrá|Quién viene, pues|Y no hay nadie más}?\n- {<n2>|Vendrá <n2>}, pero {cobra|habla poco|se duerme}.',
  ),
  template(
    'school-rules',
    'colegio',
    ['pl'],
    { n: names, n2: names, pl: places, h: habits, num: numbers },
    '{La profesora|El profesor|El director|La tutora} {pregunta|quiere saber|investiga} quién {cantaba|gritaba|silbaba|bailaba|roncaba} <h> en <el:pl>. {Nadie contesta|Silencio|Todos miran al techo|Se oye una mosca}.\n- {Fue|Ha sido} <n2> -{dice|confiesa|aclara} <n>-. Yo {solo hacía|hacía} {la segunda voz|los coros|el eco|la percusión}.',
  ),
];
