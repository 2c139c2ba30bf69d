/** A text with a heading above and figures below it. */
export interface TextColumn {
  heading: string;
  text: string;
  figures: readonly string[];
}

const GAP = ' │ ';

/** Lays out texts side by side in `width` characters. Words are kept whole where they fit, and figures are aligned. */
export function sideBySide(texts: readonly TextColumn[], width: number): string {
  const each = Math.max(
    16,
    Math.floor((width - GAP.length * (texts.length - 1)) / Math.max(1, texts.length)),
  );
  const rows = (columns: readonly string[][]) =>
    Array.from({ length: Math.max(0, ...columns.map((column) => column.length)) }, (_, row) =>
      columns
        .map((column) => (column[row] ?? '').padEnd(each))
        .join(GAP)
        .trimEnd(),
    );
  const wrapped = (of: (text: TextColumn) => string) => texts.map((text) => wrap(of(text), each));
  return [
    ...rows(wrapped(({ heading }) => heading)),
    texts.map(() => '─'.repeat(each)).join('─┼─'),
    ...rows(wrapped(({ text }) => text)),
    texts.map(() => '─'.repeat(each)).join('─┼─'),
    ...rows(wrapped(({ figures }) => figures.join('\n'))),
  ].join('\n');
}

/** Breaks a text at spaces, keeping its own line breaks. Words that are too long are split. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (longer.length <= width) {
        line = longer;
        continue;
      }
      if (line !== '') lines.push(line);
      line = word;
      for (; line.length > width; line = line.slice(width)) lines.push(line.slice(0, width));
    }
    return [...lines, line];
  });
}
