import { folded } from '../../src/discord/text.ts';

/**
 * Our own themes, which `/chiste tema` suggests: categories and keywords of the house jokes, so that a model trained on
 * them knows them. These words are ours and may be learned from; anything else typed belongs to the person
 * (docs/privacy.md). Spanish only, like the model.
 */
const CATEGORIES = `
  animales, comida, familia, colegio, trabajo, médicos, tecnología, deportes, viajes, clima, música, cine, casa,
  ciencia, dinero, amor, historia, vecinos, bares`;

const KEYWORDS = `
  abeja, abogado, abuela, abuelo, aguacate, ajedrez, ajo, albañil, almohada, aplicación, araña, árbitro, ascenso, ascensor,
  aspiradora, astronauta, autobús, avestruz, avión, azúcar, balón, banco, bar, barco, batería, bocadillo, boda, bombero,
  bombilla, boxeador, búho, café, calabaza, calcetín, calor, camaleón, camarero, cámara, camello, camping, cangrejo, canguro,
  caracol, carnicero, cartero, castillo, cebolla, cebra, cerrajero, chocolate, churros, ciempiés, cirujano, coche, código,
  cohete, colmo, contraseña, croqueta, cuñado, deberes, dentista, despertador, detective, dieta, dinosaurio, director,
  domingo, ducha, eco, electricista, elefante, erizo, escoba, espejo, examen, excursión, fantasma, farola, foca, fontanero,
  foto, fotógrafo, frío, gallina, gallo, garbanzo, gato, gaviota, gemelos, gimnasio, gol, grillo, guitarra, hermana,
  hermano, hielo, hormiga, hotel, hucha, imán, impresora, inglés, insomnio, inteligencia artificial, invierno, isla, jardinero,
  jefe, jirafa, jubilado, juez, karaoke, lavadora, lechuga, libro, limón, lluvia, loro, luna, lunes, madre, mago, maleta, mamá,
  manta, manzana, maratón, marido, matemático, melón, memoria, mensaje, microondas, minero, momia, mosquito, mudanza,
  murciélago, náufrago, navegador, nevera, niebla, nieve, notario, nube, oculista, ogro, ola, ópera, ordenador,
  orquesta, oveja, padre, paella, palomitas, pan, panadero, papá, paraguas, parque, pastel, pato, payaso, peluquero, perezoso,
  perro, pez, piano, piloto, pingüino, pintor, piscina, pizza, planeta, portero, primo, profesora, psicólogo, pueblo, puente,
  pulpo, queso, ratón, rebajas, recreo, reina, reloj, reunión, reyes magos, robot, sal, sandía, sastre, satélite, semáforo,
  siesta, silencio, sofá, sopa, sueldo, superhéroe, surf, teclado, teléfono, telón, tenedor, tía, tiempo, topo, tornillo,
  tortilla, tortuga, tren, vaca, vacaciones, vampiro, vecina, vecino, ventilador, verano, viento, viernes, violín,
  volcán, wifi, yoga, zapato, zombi, zumo`;

const list = (text: string): string[] => text.split(',').map((theme) => theme.trim());

export const THEMES: readonly string[] = [...list(CATEGORIES), ...list(KEYWORDS)];
const OURS = new Set(THEMES);

/** Whether a theme is exactly one of ours. */
export const isOurTheme = (theme: string): boolean => OURS.has(theme);

/** Up to `limit` of our themes that match what was typed so far: those that begin with it first. */
export function suggestThemes(typed: string, limit: number): string[] {
  const start = folded(typed);
  const fitting = THEMES.filter((theme) => folded(theme).includes(start));
  const begins = (theme: string) => Number(folded(theme).startsWith(start));
  return fitting.sort((a, b) => begins(b) - begins(a)).slice(0, limit);
}
