/** The pages of the authorization server: plain HTML, nothing from elsewhere, readable in light and dark. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';

const STYLE = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { box-sizing: border-box; max-width: 26rem; margin: 10vh auto 0; padding: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit;
  border: 1px solid GrayText; border-radius: .375rem; }
input { margin-top: .25rem; background: Field; color: FieldText; }
input[aria-invalid] { border: 2px solid light-dark(#b3261e, #f2b8b5); }
button { margin-top: 1.25rem; cursor: pointer; background: none; color: inherit; }
button.main { background: light-dark(#0b57d0, #a8c7fa); color: light-dark(#fff, #062e6f); border-color: transparent;
  font-weight: 600; }
button + button { margin-top: .75rem; }
:focus-visible { outline: 3px solid light-dark(#0b57d0, #a8c7fa); outline-offset: 2px; }
[role="alert"] { margin: 1rem 0 0; color: light-dark(#b3261e, #f2b8b5); }
.note { margin: 1.5rem 0 0; font-size: .9375rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
`;

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export interface LoginForm {
  /** Where the form is sent. */
  readonly action: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly listenerId: string;
  /** An id that exists, to try. */
  readonly example: string | undefined;
  readonly password: string;
  /** What was wrong with the attempt before. */
  readonly problem: string | undefined;
}

export function loginPage(form: LoginForm): string {
  const { action, clientId, scopes, listenerId, example, password, problem } = form;
  const invalid = problem === undefined ? '' : ' aria-invalid="true" aria-describedby="problem"';
  return page(
    problem === undefined ? 'Log in' : 'Log in again',
    `<h1>Log in</h1>
<p><code>${textOf(clientId)}</code> asks for: ${scopes.map((scope) => `<code>${textOf(scope)}</code>`).join(', ') || 'nothing'}.</p>
${problem === undefined ? '' : `<p id="problem" role="alert">${textOf(problem)}</p>`}
<form method="post" action="${textOf(action)}">
<label for="listener">Listener</label>
<input id="listener" name="listener" value="${textOf(listenerId)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64" required autofocus${invalid}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="64" required${invalid}>
<button class="main" type="submit" name="do" value="login">Log in</button>
<button type="submit" name="do" value="cancel" formnovalidate>Cancel</button>
</form>
<p class="note">For development only: every listener${example === undefined ? '' : `, such as <code>${textOf(example)}</code>,`} has the password <code>${textOf(password)}</code>.</p>`,
  );
}

export function problemPage(title: string, lines: readonly string[]): string {
  return page(
    title,
    [`<h1>${textOf(title)}</h1>`, ...lines.map((line) => `<p>${textOf(line)}</p>`)].join('\n'),
  );
}

export function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-length': Buffer.byteLength(html) });
  response.end(html);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${textOf(title)} · Rehearsal</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function textOf(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
