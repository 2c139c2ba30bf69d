import { describe, expect, it } from 'vitest';
import { mentionsTheme } from '../../src/discord/mentions-theme.ts';

describe('a joke mentions its theme', () => {
  it.each([
    ['gato', 'Mi vecina tiene dos gatitas.'],
    ['gatos', 'Va un GATO y se cae.'],
    ['médicos', '- Doctor, ¿es usted médica?'],
    ['profesor', 'La profesora pregunta a Jaimito.'],
    ['pez', '¿Qué hacen los peces?'],
    ['las luces', 'Apaga la luz.'],
    ['avión', 'Dos aviones hablan.'],
    ['animales', 'Un animal entra en un bar.'],
    ['cantar', 'Mi suegra cantaba en la ducha.'],
    ['fútbol y política', 'El político promete.\nEl futbol gana.'],
    ['el mar', 'Se fue a la mar.'],
    ['🐱', 'Un 🐱 entra en un bar.'],
    ['ratoncitos', 'El ratón Pérez.'],
    ['un cafecito', 'Camarero, un café.'],
    ['perritos', 'Va un perro y ladra.'],
    ['un poquito', 'Le queda poco.'],
    ['flor', 'Le llevó unas florecitas.'],
    ['pueblo', 'Es de un pueblecito.'],
    ['inglés', 'Las inglesas toman té.'],
    ['leones', 'La leona duerme.'],
  ])('%s: %s', (theme, text) => expect(mentionsTheme(text, theme)).toBe(true));

  it.each([
    ['gato', 'Un perro entra en un bar.'],
    ['mar', 'No quiero más, gracias.'],
    ['mes', 'La mona se viste de seda.'],
    ['la playa', 'La vecina de la esquina.'],
    ['sol', 'Está solo en casa.'],
    ['🐱', 'Un gato entra en un bar.'],
    ['casa', ''],
    ['grito', 'Es un gran día.'],
    ['sal', 'Están en la sala.'],
  ])('or does not, %s: %s', (theme, text) => expect(mentionsTheme(text, theme)).toBe(false));
});
