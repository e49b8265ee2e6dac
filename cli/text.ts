/** Text for a terminal: wrapped to its width, bold only where somebody looks at it. */

/** Lines longer than this are tiring to read, however wide the window is. */
const WIDEST = 100;
/** What is not a terminal (a pipe, a file) gets lines of this length. */
const STANDARD = 80;

export function terminalWidth(stream: { columns?: number }): number {
  return Math.max(40, Math.min(WIDEST, stream.columns ?? STANDARD));
}

/** Breaks `text` at blanks into lines of at most `width` letters, each after `indent`; the first one after `first`. */
export function wrap(text: string, width: number, indent = '', first = indent): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines.join('\n');
}

/** Rows of cells as columns that line up; the last column is wrapped under itself. */
export function columns(rows: readonly (readonly string[])[], width: number, indent = '  '): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, count - 1) }, (_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  const lead = indent.length + widths.reduce((sum, w) => sum + w + 2, 0);
  // Where the last column would become a narrow strip it goes under the others instead.
  const strip = width - lead < 24;
  return rows
    .map((row) => {
      const cells = widths.map((w, i) => (row[i] ?? '').padEnd(w)).join('  ');
      const last = row[count - 1] ?? '';
      if (!strip) return wrap(last, width, ' '.repeat(lead), `${indent}${cells}  `).trimEnd();
      return `${`${indent}${cells}`.trimEnd()}\n${wrap(last, width, `${indent}    `)}`.trimEnd();
    })
    .join('\n');
}

/** Bold where the stream is a terminal and colours are wanted (NO_COLOR, no-color.org). */
export function heading(text: string, stream: { isTTY?: boolean }): string {
  const plain = !stream.isTTY || (process.env.NO_COLOR ?? '') !== '';
  return plain ? text : `\u001b[1m${text}\u001b[22m`;
}
