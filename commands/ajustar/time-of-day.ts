/** "9", "9:30", "9.30", "21 h", "21h30", "9am", "9:30 p. m.", "las 9", "a las 9 de la noche". */
const TIME =
  /^(?:(?:a )?las? )?(?<hour>\d{1,2})(?: ?(?:[:.h]|h ) ?(?<minute>\d{2}))? ?(?:h|hs|hrs|horas?)?\.? ?(?<half>a\.? ?m\.?|p\.? ?m\.?|de la (?:madrugada|mañana|tarde|noche))?$/u;

/** A time of day as people write it, as "HH:MM"; undefined for anything else. */
export function readTime(text: string): string | undefined {
  const groups = TIME.exec(text.trim().toLowerCase().replace(/\s+/g, ' '))?.groups;
  if (!groups) return undefined;
  const { hour = '', minute = '00', half } = groups;
  const hours = half ? onTheDial(Number(hour), half) : Number(hour);
  if (hours === undefined || hours > 23 || Number(minute) > 59) return undefined;
  return `${String(hours).padStart(2, '0')}:${minute}`;
}

/** Twelve at night or in the early morning is midnight; twelve in the afternoon is noon. */
function onTheDial(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  const isMorning = /^a|madrugada|mañana/u.test(half);
  if (hour === 12) return isMorning || half.endsWith('noche') ? 0 : 12;
  return isMorning ? hour : hour + 12;
}
