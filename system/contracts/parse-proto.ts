/**
 * Reads the part of proto3 that the contracts use: messages of text, numbers, booleans and other messages, `repeated`
 * for text and messages, services with unary methods, imports. Everything else is an error that names its line.
 */
export type ScalarType = 'string' | 'bool' | 'double' | 'uint32' | 'uint64';

export interface ProtoField {
  readonly name: string;
  readonly number: number;
  /** A scalar's name, or a message's: 'Track', or 'catalogue.Track' from another file. */
  readonly type: string;
  readonly repeated: boolean;
  readonly comment: string;
}

export interface ProtoMessage {
  readonly name: string;
  readonly fields: readonly ProtoField[];
  readonly comment: string;
}

export interface ProtoMethod {
  readonly name: string;
  readonly request: string;
  readonly response: string;
  readonly comment: string;
}

export interface ProtoFile {
  /** Last part of the package: 'playlist'. */
  readonly name: string;
  readonly comment: string;
  readonly imports: readonly string[];
  readonly messages: readonly ProtoMessage[];
  readonly service: { readonly name: string; readonly methods: readonly ProtoMethod[] } | null;
}

const SCALARS: ReadonlySet<string> = new Set<ScalarType>(['string', 'bool', 'double', 'uint32', 'uint64']);

export const isScalar = (type: string): type is ScalarType => SCALARS.has(type);

interface Token {
  readonly text: string;
  readonly line: number;
  /** The comment on the lines before it. */
  readonly comment: string;
}

function tokenise(file: string, text: string): Token[] {
  const tokens: Token[] = [];
  let comment: string[] = [];
  text.split('\n').forEach((line, index) => {
    const said = /^\s*\/\/\s?(.*)$/.exec(line);
    if (said !== null) {
      comment.push(said[1]!.trim());
      return;
    }
    let rest = line.replace(/\/\/.*$/, '').trim();
    while (rest !== '') {
      const word = /^("[^"]*"|[\w.]+|[{}();=])/.exec(rest)?.[0];
      if (word === undefined) throw new SyntaxError(`${file}:${index + 1}: '${rest[0]}' was not expected.`);
      tokens.push({ text: word, line: index + 1, comment: comment.join(' ') });
      comment = [];
      rest = rest.slice(word.length).trimStart();
    }
  });
  return tokens;
}

/** A walk over the tokens of one file. */
class Cursor {
  readonly #file: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#tokens = tokenise(file, text);
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }

  get comment(): string {
    return this.#tokens[this.#at]?.comment ?? '';
  }

  /** Takes the next token if it is this one. */
  accept(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text) return false;
    this.#at++;
    return true;
  }

  expect(...texts: string[]): void {
    for (const text of texts) if (!this.accept(text)) this.fail(`'${text}' was expected`);
  }

  word(what: string, form = /^[\w.]+$/): string {
    const text = this.#tokens[this.#at]?.text ?? '';
    if (!form.test(text)) this.fail(`${what} was expected`);
    this.#at++;
    return text;
  }

  fail(what: string): never {
    const token = this.#tokens[this.#at];
    const line = token?.line ?? this.#tokens.at(-1)?.line ?? 1;
    throw new SyntaxError(`${this.#file}:${line}: ${what}, found '${token?.text ?? 'the end of the file'}'.`);
  }
}

export function parseProto(file: string, text: string): ProtoFile {
  const cursor = new Cursor(file, text);
  const { comment } = cursor;
  cursor.expect('syntax', '=', '"proto3"', ';', 'package');
  const name = cursor.word('a package').split('.').at(-1)!;
  cursor.expect(';');
  const imports: string[] = [];
  const messages: ProtoMessage[] = [];
  let service: ProtoFile['service'] = null;
  while (!cursor.done) {
    const said = cursor.comment;
    if (cursor.accept('import')) {
      imports.push(cursor.word('a file in quotes', /^"\w+\.proto"$/).slice(1, -'.proto"'.length));
      cursor.expect(';');
    } else if (cursor.accept('message')) messages.push(parseMessage(cursor, said));
    else if (service === null && cursor.accept('service')) service = parseService(cursor);
    else cursor.fail('import, message or (once) service was expected');
  }
  return { name, comment, imports, messages, service };
}

function parseMessage(cursor: Cursor, comment: string): ProtoMessage {
  const name = cursor.word('the name of a message');
  const fields: ProtoField[] = [];
  cursor.expect('{');
  while (!cursor.accept('}')) {
    const said = cursor.comment;
    const repeated = cursor.accept('repeated');
    const type = cursor.word(
      `a type (${repeated ? 'repeated: string' : [...SCALARS].join(', ')} or a message)`,
      repeated ? /^(string|[\w.]*[A-Z]\w*)$/ : /^(string|bool|double|uint(32|64)|[\w.]*[A-Z]\w*)$/,
    );
    const field = cursor.word('the name of a field', /^[a-z][a-z0-9_]*$/);
    cursor.expect('=');
    const number = Number(cursor.word('the number of a field', /^[1-9]\d*$/));
    if (fields.some((other) => other.number === number)) cursor.fail(`field number ${number} is taken`);
    cursor.expect(';');
    fields.push({ name: field, number, type, repeated, comment: said });
  }
  return { name, fields, comment };
}

function parseService(cursor: Cursor): NonNullable<ProtoFile['service']> {
  const name = cursor.word('the name of a service');
  const methods: ProtoMethod[] = [];
  cursor.expect('{');
  while (!cursor.accept('}')) {
    const comment = cursor.comment;
    cursor.expect('rpc');
    const method = cursor.word('the name of a method');
    cursor.expect('(');
    const request = cursor.word('the type of the request');
    cursor.expect(')', 'returns', '(');
    const response = cursor.word('the type of the response');
    cursor.expect(')', ';');
    methods.push({ name: method, request, response, comment });
  }
  return { name, methods };
}
