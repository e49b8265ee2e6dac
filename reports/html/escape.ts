/** Markup that cannot be broken by what it shows: every value put into an `html` template is escaped unless it is markup. */

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Shown = Markup | string | number | null | undefined | false | readonly Shown[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter]!);
}

/** Strings and numbers are escaped, lists are joined, null and false show nothing. */
export function html(pieces: TemplateStringsArray, ...values: readonly Shown[]): Markup {
  let text = pieces[0]!;
  for (let i = 0; i < values.length; i++) text += render(values[i]) + pieces[i + 1]!;
  return new Markup(text);
}

function render(value: Shown): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  return escapeHtml(String(value));
}

/** For our own strings only: scripts, styles, drawings. */
export function raw(text: string): Markup {
  return new Markup(text);
}

/** JSON that can stand inside a script element: no '</script', no '<!--', no line separators of old engines. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** A number and its unit must not be torn apart at the end of a line. */
export function keepTogether(text: string): string {
  return text.replaceAll(/(\d) (?=(?:%|×|ms|s|kB|MB|GB|TB)(?!\w))/g, '$1\u00a0');
}
