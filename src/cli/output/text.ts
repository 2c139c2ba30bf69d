/** 124439808 → `124.4M`. */
export const parameterCount = (count: number): string =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)}M` : `${(count / 1e3).toFixed(1)}K`;

/** A size as people read it: `8.6 MB`, `1.20 GB`. */
export const fileSize = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** A whole number with thousands separated by commas, as PyTorch prints it. */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** `1 joke`, `2 jokes`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Formats rows in columns as wide as their widest cell, two spaces apart. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
