/**
 * Source files as the architecture test reads them: which there are, what they import, and their code with comments and
 * texts blanked out, so that a ban on a word does not hit a sentence about it. Line numbers stay as they are.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** As it stands in the file. */
  readonly specifier: string;
  /** Path from the root for a file of ours; null for a package and for Node's own modules. */
  readonly target: string | null;
  readonly line: number;
}

const ROOT = join(import.meta.dirname, '..', '..');

/** Tracked files and new ones that are not ignored. */
export function listFiles(): string[] {
  const options = { cwd: ROOT, encoding: 'utf8' as const };
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options);
  const paths = listed.split('\n').filter((path) => path !== '');
  return [...new Set(paths)].filter((path) => existsSync(join(ROOT, path))).sort();
}

export function readSources(): SourceFile[] {
  return listFiles()
    .filter((path) => /\.[cm]?[jt]s$/.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

export function importsOf({ path, text }: SourceFile): Import[] {
  const code = blank(text, false);
  // The word itself has to be code: a generator may hold imports in its texts.
  const bare = blank(text, true);
  const pattern = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n]+)\1/g;
  return [...code.matchAll(pattern)]
    .filter((match) => bare[match.index] !== ' ')
    .map((match) => {
      const specifier = match[2]!;
      const target = specifier.startsWith('.') ? posix.join(dirname(path), specifier) : null;
      return { specifier, target, line: lineAt(code, match.index) };
    });
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let i = 0; i < index; i++) if (text.charCodeAt(i) === 10) line++;
  return line;
}

/** After these a slash begins a regular expression; after a name, a number or a closing bracket it divides. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield|void))\s*$/;

/** The text with comments, templates and regular expressions (and, if asked for, quoted texts) turned into blanks. */
export function blank(text: string, quotedToo: boolean): string {
  const out: string[] = [];
  /** One entry a template that we are inside of: open braces within its present `${…}`. */
  const templates: number[] = [];
  let i = 0;
  const keep = (to: number) => {
    out.push(text.slice(i, to));
    i = to;
  };
  const hide = (to: number) => {
    out.push(text.slice(i, to).replace(/[^\n]/g, ' '));
    i = to;
  };
  while (i < text.length) {
    const two = text.slice(i, i + 2);
    const one = text[i]!;
    if (two === '//') hide(endOr(text.indexOf('\n', i), text));
    else if (two === '/*') hide(endOr(text.indexOf('*/', i + 2), text, 2));
    else if (one === "'" || one === '"') {
      const end = closing(text, i + 1, one);
      if (quotedToo) hide(end);
      else keep(end);
    } else if (one === '`' || (one === '}' && templates.at(-1) === 0)) {
      if (one === '}') templates.pop();
      const end = templateEnd(text, i + 1);
      if (text[end - 1] === '{') templates.push(0);
      hide(end);
    } else if (one === '/' && BEFORE_EXPRESSION.test(out.join('').slice(-40))) {
      hide(expressionEnd(text, i + 1));
    } else {
      if (templates.length > 0 && one === '{') templates[templates.length - 1]!++;
      if (templates.length > 0 && one === '}') templates[templates.length - 1]!--;
      keep(i + 1);
    }
  }
  return out.join('');
}

function endOr(found: number, text: string, length = 0): number {
  return found < 0 ? text.length : found + length;
}

function closing(text: string, from: number, quote: string): number {
  let i = from;
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i + 1, text.length);
}

/** Just after the closing backquote, or after the `${` that opens an expression. */
function templateEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length) {
    if (text[i] === '\\') i += 2;
    else if (text[i] === '`') return i + 1;
    else if (text.startsWith('${', i)) return i + 2;
    else i++;
  }
  return text.length;
}

function expressionEnd(text: string, from: number): number {
  let i = from;
  let inClass = false;
  while (i < text.length && text[i] !== '\n' && (inClass || text[i] !== '/')) {
    if (text[i] === '[') inClass = true;
    else if (text[i] === ']') inClass = false;
    i += text[i] === '\\' ? 2 : 1;
  }
  return Math.min(i + 1, text.length);
}
