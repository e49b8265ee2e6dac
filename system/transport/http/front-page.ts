/** What a browser finds at '/': the address book of a live system. Plain HTML, nothing from elsewhere, light and dark. */
import { createHash } from 'node:crypto';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { box-sizing: border-box; max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1rem 0 .25rem; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
a { color: light-dark(#0b57d0, #a8c7fa); }
pre { overflow-x: auto; padding: .75rem 1rem; border-radius: .5rem; background: light-dark(#f1f3f4, #2a2b2d); font-size: .875rem; }
code { font-family: ui-monospace, monospace; }
ul.links { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid light-dark(#dadce0, #47484b); }
td code { white-space: nowrap; }
.method { display: inline-block; min-width: 4rem; font-weight: 600; }
.quiet { color: light-dark(#5f6368, #9aa0a6); }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid light-dark(#dadce0, #47484b); }
  td { display: block; padding: 0; border: 0; }
  td code { white-space: normal; overflow-wrap: anywhere; }
}
`;

export const FRONT_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
};

/** A public route, as the OpenAPI document has it. */
export interface Listed {
  readonly method: string;
  readonly url: string;
  readonly summary: string;
  /** What its token needs. */
  readonly scope: string;
}

export interface FrontPage {
  readonly routes: readonly Listed[];
  /** What there is beside the API, by its path. */
  readonly links: readonly (readonly [path: string, text: string])[];
  /** Path of the authorization server; null: there is none. */
  readonly authorization: string | null;
  /** Under which the browser has found the page. */
  readonly origin: string;
}

export function frontPage({ routes, links, authorization, origin }: FrontPage): string {
  const rows = routes.map(
    ({ method, url, summary, scope }) =>
      `<tr><td><code><span class="method">${method}</span>${textOf(url)}</code></td><td>${textOf(summary)}</td><td><code>${textOf(scope)}</code></td></tr>`,
  );
  const items = links.map(([path, text]) => `<li><a href="${path}">${textOf(text)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal, live</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Rehearsal, live</h1>
<p class="quiet">A music-streaming backend on localhost, for rehearsing its outages. Everything here is made up, and every password is known.</p>
<ul class="links">${items.join('')}</ul>
<h2>First request</h2>
<pre><code>TOKEN=$(curl -s -u rehearsal-load:rehearse -d grant_type=client_credentials \\
  -d listener=u000000042 -d 'scope=playlist:read playlist:write search' \\
  ${textOf(origin)}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -H "Authorization: Bearer $TOKEN" ${textOf(origin)}/v1/playlists/p1
curl -H "Authorization: Bearer $TOKEN" -H 'content-type: application/json' \\
  -d '{"trackId":"t1"}' ${textOf(origin)}/v1/playlists/p42/tracks</code></pre>
<p class="quiet"><code>p42</code> is of <code>u000000042</code>. Whether others may edit it too, the knob <code>playlist.permissions</code> says.
Labels publish as <code>rehearsal-label:rehearse</code>, with <code>scope=catalogue:publish</code>, as the label that <code>label=label-42</code> names: what is of another label is not theirs to change.</p>
${authorization === null ? '' : login(origin + authorization)}
<h2>Routes</h2>
<div class="scroll"><table>
<thead><tr><th>Route</th><th>What it is for</th><th>Scope</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>
</main>
</body>
</html>
`;
}

/** An app makes a secret verifier for each login (PKCE); here it is printed, as every password is. */
const VERIFIER = 'rehearsal-rehearsal-rehearsal-rehearsal-rehearsal';
const REDIRECT = 'http://127.0.0.1/callback';

function login(server: string): string {
  const asked = new URLSearchParams({
    client_id: 'rehearsal-app',
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'playlist:read playlist:write search',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
  });
  return `<h2>A login, as an app has it</h2>
<p><a href="${textOf(`${server}/auth?${asked}`)}">Log in</a> as <code>u000000042</code> with the password <code>rehearse</code>. The browser then goes to <code>${REDIRECT}?code=…</code>, where an app would listen: take the code from the address bar within a minute.</p>
<pre><code>curl -s -d grant_type=authorization_code -d client_id=rehearsal-app \\
  -d redirect_uri=${REDIRECT} \\
  -d code_verifier=${VERIFIER} \\
  -d code=CODE ${textOf(server)}/token</code></pre>
<p class="quiet">The client is public, and any port of <code>127.0.0.1</code> is good for its redirect. Everything else of the authorization server is in <a href="/.well-known/openid-configuration">its metadata</a>.</p>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const textOf = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
