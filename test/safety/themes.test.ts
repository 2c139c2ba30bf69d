import { describe, expect, it } from 'vitest';
import { createSafety } from '../../src/safety/safety.ts';

const safety = createSafety();
const allowed = (text: string) => safety.check(text, 'safe').allowed;

describe('as a theme', () => {
  it.each([
    ...['suicidio', 'el suicidio', 'Suicidio juvenil', 'intento de suicidio', 'un chiste sobre el suicidio'],
    ...['autolesión', 'autolesiones', 'anorexia', 'la anorexia', 'bulimia', 'una anoréxica'],
    ...[
      'terrorismo',
      'terroristas',
      'ataque terrorista',
      'atentado',
      'el atentado de Atocha',
      'tiroteo escolar',
    ],
    ...['niños muertos', 'bebés muertos', 'abuso infantil', 'abusos', 'violencia de género', 'maltrato'],
    ...['moros', 'los moros', 'discapacitados', 'niños discapacitados', 'un autista', 'gay', 'lesbianas'],
    ...[
      'cortarse las venas',
      'ahorcarse',
      'me quiero matar',
      'quiero morir',
      'tirarse por la ventana',
      'saltar de un puente',
      'torturar gatos',
      'matar niños',
      'ETA',
      'al qaeda',
      'coche bomba',
      'hacer una bomba casera',
      'discapacitados mentales',
      'envenenar al perro del vecino',
      'chistes machistas',
      'hombres desnudos',
      'abusar de una menor',
      'cómo suicidarse',
      'niños con cáncer',
      'maltratar a mi mujer',
      'la trata de blancas',
      'cómo fabricar explosivos',
      'decapitaciones',
      'las torres gemelas',
      'suicide',
      'jokes about suicide',
      'school shooting',
      'self-harm',
      'kill yourself',
      'the blacks',
    ],
    ...[
      'inmigrantes',
      'los refugiados',
      'bullying',
      'acoso',
      'aborto',
      'chistes de abortos',
      'chiste de atentados',
    ],
  ])('suffering and mocked groups are refused: %s', (theme) => {
    expect(allowed(theme)).toBe(false);
  });

  it.each([
    ...[
      'muertos',
      'el muerto',
      'la muerte',
      'fantasmas',
      'Día de Muertos',
      'cementerio',
      'asesino',
      'zombis',
    ],
    ...[
      'dieta',
      'gordos',
      'hambre',
      'guerra',
      'pistola',
      'veneno',
      'cárcel',
      'ladrones',
      'vampiros',
      'sangre',
    ],
    ...[
      'el moro de Venecia',
      'abusar de la sal',
      'el rey desnudo',
      'el culo de la botella',
      'Cáncer y Leo',
      'las hermanas gemelas',
      'la bomba de la bicicleta',
      'bombas de jabón',
      'matar el tiempo',
      'tirar la casa por la ventana',
      'saltar al tren',
      'la ventana',
      'el puente de mayo',
      'torturar con cosquillas',
      'cortar las venas del queso',
      'babies',
      'the blacksmith',
    ],
    ...['moras', 'mexicanos', 'gallegos', 'suegra', 'la letra en negrita', 'Word', 'matanza del cerdo'],
    ...['amor', 'sida y vuelta', 'hospital', 'vacunas', 'política', 'religión', 'curas', 'abuela', 'pinchos'],
  ])('what jokes are made of passes: %s', (theme) => {
    expect(allowed(theme)).toBe(true);
  });
});

describe('in a joke', () => {
  it.each([
    ...[
      'El libro de matemáticas se suicidó: tenía muchos problemas.',
      'El hielo se suicidó en el gin-tonic.',
    ],
    ...['- Estoy muerto de hambre, hijo.\n- Pues yo, de sueño.', 'El niño, muerto de risa, no podía hablar.'],
    ...[
      'La sopa de mi suegra es un atentado contra la cuchara.',
      'Mi despertador es una tortura de seis a siete.',
    ],
    ...['¿Qué le dice la negrita de Word a la cursiva? Enderézate.', 'Lo puso en negrita y se notó mucho.'],
    ...['Porque el amor de mi vida viene hacia aquí.', 'Ya viene hacia aquí el amor de mi vida.'],
    ...['Caminaba hacia el amor con un solo zapato.', 'El burro corrió hacia la paja.'],
    ...['La aceituna salió volando y la encontró dentro de su café.', 'Pinché una aceituna con elegancia.'],
    ...['Que la vida vaya sobre ruedas y se le pinche una.', 'Cuidado, no se pinche con el cactus.'],
    ...[
      'El globo no quería que lo pinchen.',
      'Me pinché el dedo al coser.',
      'Le pinché la rueda sin querer.',
    ],
  ])('an innocent sense passes: %j', (text) => {
    expect(safety.check(text, 'safe')).toEqual({ allowed: true });
  });

  it.each([
    ...['Pinche vecino ruidoso.', 'Mi pinche jefe no paga.', 'Ya cállate, pinche perro.'],
    ...[
      'Anoche hacía el amor con su vecina.',
      'Hicieron el amor en el sofá.',
      'Siempre hacía mucho el amor.',
    ],
    ...['Se hacía una paja en el baño.', 'Le hizo una paja.', 'Una negrita entra en un bar.'],
    ...['Suicídate.', 'El abuso sexual de menores.', '¿Cómo metes a cien niños muertos en un coche?'],
  ])('the other one does not: %j', (text) => {
    expect(allowed(text)).toBe(false);
  });
});
