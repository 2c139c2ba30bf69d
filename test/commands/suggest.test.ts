import { describe, expect, it } from 'vitest';
import { matching, ZONES } from '../../commands/ajustar/suggest.ts';

describe('the time zones suggested', () => {
  it.each([
    ['bogotá', 'America/Bogota'],
    ['mexico city', 'America/Mexico_City'],
    [' Buenos Aires', 'America/Argentina/Buenos_Aires'],
    ['europe/mad', 'Europe/Madrid'],
  ])('for %j begin with %s', (typed, zone) => {
    expect(matching(ZONES, typed)[0]).toBe(zone);
  });

  it('are the nearest ones while nothing is typed, and none for a place that has none', () => {
    expect(matching(ZONES, '')).toEqual(ZONES);
    expect(matching(ZONES, 'Marte')).toEqual([]);
  });
});
