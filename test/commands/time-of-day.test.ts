import { describe, expect, it } from 'vitest';
import { readTime } from '../../commands/ajustar/time-of-day.ts';

describe('a time of day', () => {
  it.each([
    ['9:30', '09:30'],
    ['09:30', '09:30'],
    ['9', '09:00'],
    ['9am', '09:00'],
    ['21 h', '21:00'],
    ['21h', '21:00'],
    ['21h30', '21:30'],
    ['9.05', '09:05'],
    ['0', '00:00'],
    ['23:59', '23:59'],
    ['9:30 PM', '21:30'],
    ['9 p. m.', '21:00'],
    ['12am', '00:00'],
    ['12 pm', '12:00'],
    ['a las 9 de la noche', '21:00'],
    ['las 9', '09:00'],
    ['12 de la noche', '00:00'],
    ['a la 1 de la tarde', '13:00'],
    ['7 de la mañana', '07:00'],
    ['  9 : 30  ', '09:30'],
    ['18 horas', '18:00'],
    ['08:00 h', '08:00'],
  ])('is read as people write it: %s', (written, time) => expect(readTime(written)).toBe(time));

  it.each(['', '24', '25:00', '9:60', '9:3', '13pm', '0 am', 'nueve', '9:30:10', '-1', '9 9', '930'])(
    'is not %s',
    (written) => expect(readTime(written)).toBeUndefined(),
  );
});
