import { animals } from '../lexicon/animals.ts';
import { devices } from '../lexicon/jokes.ts';
import { cities, family, names } from '../lexicon/people.ts';
import { dishes, foods, publicPlaces as places, shops, things } from '../lexicon/things.ts';
import { colors, days, habits, hours, numbers, past } from '../lexicon/times.ts';
import { template } from './define.ts';

// Not jokes but everyday small talk, in simple sentences, so that a small model learns how people speak.

export const everydayTemplates = [
  template(
    'what-time-is-it',
    'casa',
    [],
    { n: names, hr: hours, hr2: hours, n2: names, pl: places },
    '- {Perdona|Oye}, <n>, ¿{qué hora es|tienes hora|sabes la hora|me dices la hora|es muy tarde|llego tarde}?\n- {Mira|Pues|No llevo reloj, pero|Ni idea, pero|Solo sé que} {a|hacia|sobre} <hr> {sale el tren|cierra <el:pl>}.\n- {Qué tarde|Ay, madre|Entonces corro|Menos mal|Pues me voy|Qué rápido pasa el día}: {a|sobre} <hr2> {me espera|he quedado con|viene a buscarme|ceno con|juego con} <n2>.',
  ),
  template(
    'greeting',
    'otros',
    ['fam'],
    { n: names, n2: names, fam: family, c: cities, p: past },
    '- ¡Hola, <n>! ¿{Cómo está|Qué tal} tu <fam>?\n- {Muy bien|Mejor}, gracias. <p> {volvió|llegó} de <c>.\n- {Dale un abrazo|Salúdal<o:fam>} de parte de <n2>.',
  ),
  template(
    'lost-thing',
    'casa',
    ['x'],
    { x: things, pl: places, n: names, n2: names, col: colors, fam: family },
    '- <n>, ¿{has visto|sabes dónde está|tienes tú|dónde dejaste|quién cogió} <el:x> <col>?\n- {Creo que|Me parece que|Juraría que|Seguro que|Diría que} {<lo:x> dejé|<lo:x> vi|está|sigue|se quedó|<lo:x> olvidé} en <el:pl>{ de siempre| esta mañana| con <n2>|}.\n- {Gracias|Menos mal|Voy corriendo|Qué alivio|No se lo digas a nadie}: {es|era} de mi <fam>.',
  ),
  template(
    'buying',
    'dinero',
    ['x', 's'],
    { x: things, s: shops, n: names, num: numbers, col: colors },
    '- {Buenas tardes|Buenos días}, <n>. ¿{Tiene|Venden} <un:x> <col>?\n- {Sí|Claro}, {cuesta|vale} <num> euros.\n- {Me <lo:x> llevo|Es perfect<o:x>|Un poco car<o:x>, pero bonit<o:x>}.',
  ),
  template(
    'invitation',
    'amor',
    ['pl', 'food'],
    { n: names, n2: names, d: days, pl: places, food: dishes, hr: hours },
    '- <n>, ¿{vienes|me acompañas|te apetece ir|quieres ir|vamos} <d> a <el:pl>?\n- {Me encantaría|Con mucho gusto|Sí, claro|Por supuesto|Depende|Qué buena idea}. ¿{A qué hora|Cuándo quedamos|Muy temprano|A las seis}?\n- {A <hr>|Mejor a <hr>|Sobre <hr>|Hacia <hr>, si puedes}. {Llevaré|Prepararé|Compraré|Habrá|Llevo yo|Encargaré} <un:food>{ para <n2>| y servilletas| y dos tenedores|}.',
  ),
  template(
    'cannot-come',
    'familia',
    ['fam', 'pl'],
    { n: names, d: days, pl: places, fam: family, c: cities },
    '- ¿{Nos vemos|Quedamos} <d> en <el:pl>, <n>?\n- {Lo siento|Qué pena}, no puedo: {viene|llega} mi <fam> de <c>.\n- {Otro día será|Que venga también|Pues ven después}.',
  ),
  template(
    'snack',
    'comida',
    ['food', 'g'],
    { food: dishes, g: dishes, n: names, fam: family, h: habits },
    '- ¿{Quieres|Te apetece|Prefieres|Pedimos|Te sirvo|Cenamos} <un:food> o <un:g>, <n>?\n- {Mejor|Prefiero|Elijo|Hoy quiero} <el:food>: <h> mi <fam> {hace|prepara|me da|trae|compra} <un:g>.',
  ),
  template(
    'cooking-together',
    'comida',
    ['food', 'g'],
    { food: dishes, g: foods, n: names, num: numbers, fam: family },
    '- {Hoy|Esta noche} {cocinamos|hacemos} <un:food>, <n>. ¿{Qué falta|Qué necesitas|Tenemos de todo|Por dónde empiezo|Qué compro}?\n- <num> <s:g> y {un poco de|una pizca de|mucha|bastante} {sal|azúcar|paciencia|pimienta|calma|canela}.\n- {Llamo|Aviso|Pregunto|Se lo pido|Invito} a mi <fam>.',
  ),
  template(
    'missing-the-bus',
    'viajes',
    ['pl'],
    { n: names, c: cities, hr: hours, pl: places, d: days },
    '- ¿Este autobús {va|llega} a <c>?\n- {Sí|Claro}, {para|pasa} por <el:pl>.\n- {Gracias|Estupendo}. <n> me espera a <hr>.',
  ),
  template(
    'packing',
    'viajes',
    ['x', 'y'],
    { n: names, c: cities, x: things, y: things, d: days },
    '- <n>, <d> {viajamos|nos vamos|volamos} a <c>. ¿{Qué llevas|Está todo}?\n- <un:x>, <un:y> y {un libro|ropa|el cargador}.\n- {Deja|No lleves} <el:y>: no cabe.',
  ),
  template(
    'present',
    'familia',
    ['x', 'fam'],
    { n: names, fam: family, x: things, col: colors, d: days },
    '- {<d> es el cumpleaños de mi <fam>|Mi <fam> cumple años <d>|<d> hay fiesta en casa de mi <fam>|Mi <fam> celebra su santo <d>}. ¿{Qué le regalo|Qué le compro|Se te ocurre algo|Alguna idea|Tú qué harías}, <n>?\n- ¿{Qué tal|Y} <un:x> <col>?\n- {Buena idea|Le va a encantar|Ya se <lo:x> regalé|Lo malo es envolverl<o:x>|Mejor algo más útil|Eso quería yo}.',
  ),
  template(
    'pet-care',
    'animales',
    ['a', 'fam'],
    { a: animals, n: names, fam: family, d: days, food: dishes },
    '- ¿{Cuidas|Puedes cuidar} a <el:a> de mi <fam> hasta <d>, <n>?\n- {Claro|Con gusto}. ¿Y qué come?\n- <un:food> {y mucha agua|por la mañana|cada día}.',
  ),
  template(
    'repair',
    'tecnología',
    ['v', 'fam'],
    { v: devices, n: names, fam: family, d: days, num: numbers },
    '- <el:v> no {funciona|se enciende}, <n>.\n- ¿{Está enchufad<o:v>|Has llamado a tu <fam>|Desde cuándo}?\n- {Sí|No sé}. <d> {viene|llega} mi <fam> a {verl<o:v>|mirarl<o:v>|arreglarl<o:v>}.',
  ),
  template(
    'weather-talk',
    'clima',
    ['pl'],
    { n: names, c: cities, d: days, pl: places, fam: family },
    '- {Parece que|Creo que} <d> {lloverá|hará sol|hará frío|nevará|habrá niebla} en <c>.\n- {Entonces|Pues} {iré|iremos} a <el:pl> con {<n>|mi <fam>}.',
  ),
  template(
    'at-the-library',
    'colegio',
    ['a'],
    { n: names, n2: names, a: animals, d: days, num: numbers },
    '- {Hola|Buenas}, <n>, ¿{tienes algún libro sobre|hay cuentos de|me prestas algo sobre|dónde están los libros de|queda algo de} <los:a>?\n- {Hay|Tengo|Quedan|Han llegado} <num>. ¿{Para cuándo|Cuál prefieres|Lo quieres largo|Con fotos|Es urgente}?\n- {El más corto|El de los dibujos|El de tapas duras|El que huela mejor|Uno fácil|El de letra grande}: <d> {expongo|lo cuento|lo resumo|hablo} {en clase|en casa de <n2>|delante de todos}.',
  ),
  template(
    'sick-friend',
    'médicos',
    ['fam', 'food'],
    { n: names, fam: family, d: days, food: dishes, p: past },
    '- ¿{Cómo estás|Te encuentras mejor}, <n>?\n- {Así así|Un poco mejor}. <p> {tenía fiebre|me dolía la garganta|estaba sin voz}.\n- Mi <fam> te {manda|ha hecho} <un:food>.',
  ),
  template(
    'moving-house',
    'casa',
    ['x', 'y'],
    { n: names, x: things, y: things, pl: places, c: cities },
    '- ¿Dónde {ponemos|dejo} <el:x>, <n>?\n- {Al lado|Cerca} de <el:y>.\n- ¿{Y lo demás|Y las cajas de <c>}?\n- {Mañana|Luego|Poco a poco}, que {tengo hambre|cansa mucho}.',
  ),
  template(
    'lending',
    'casa',
    ['x'],
    { n: names, n2: names, x: things, d: days, col: colors },
    '- <n>, ¿me {prestas|dejas} <el:x> <col>?\n- {Sí|Claro}, pero {devuélvemel<o:x>|tráemel<o:x>} <d>.\n- {Prometido|Sin falta}. {O|Si no,} te <lo:x> {da|lleva} <n2>.',
  ),
  template(
    'match',
    'deportes',
    ['pl'],
    { n: names, n2: names, num: numbers, d: days, c: cities, pl: places },
    '- ¿{Jugamos|Hay partido} <d>, <n>?\n- Somos <num>. {Falta|Necesitamos a} <n2>.\n- {Está|Sigue} en <el:pl> de <c>.\n- {Pues esperamos|Pues vamos a buscarl<o:n2>|Qué le vamos a hacer}.',
  ),
  template(
    'letter',
    'amor',
    ['fam'],
    { n: names, n2: names, c: cities, fam: family, d: days, food: dishes },
    '{Querid<o:n>|Mi querid<o:n>|Estimad<o:n>} <n>: {te escribo|escribo|te saludo|te mando un abrazo} desde <c>. Mi <fam> {te saluda|pregunta por ti|te echa de menos|no para de hablar de ti} y <d> {vuelvo|regreso|llego|estaré en casa} con <un:food>. {Un abrazo|Un beso|Hasta pronto|Cuídate mucho|Con cariño}, <n2>.',
  ),
  template(
    'market-morning',
    'comida',
    ['food', 'g'],
    { n: names, food: foods, g: foods, num: numbers, h: habits, fam: family },
    '<h>, <n> {va|baja} al mercado con su <fam>. {Compran|Eligen} <num> <s:food> y <un:g>, y {vuelven|regresan} a casa {cantando|despacio|charlando|sin prisa|por la sombra}.',
  ),
  template(
    'garden',
    'animales',
    ['a', 'fam'],
    { n: names, a: animals, fam: family, pl: places, p: past },
    '<p>, <n> {encontró|vio} <un:a> en <el:pl>. {Llamó|Avisó} a su <fam> y {con cuidado|sin prisa|en silencio|de puntillas} <lo:a> {llevaron|siguieron|acompañaron} hasta {casa|el río|la puerta|el bosque}.',
  ),
];
