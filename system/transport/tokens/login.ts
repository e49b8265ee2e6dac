/** The login of a listener, for development: a form that takes any listener with the one password. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Provider } from 'oidc-provider';
import { DEVELOPMENT_PASSWORD } from './clients.ts';
import { loginPage, problemPage, sendPage } from './pages.ts';

export interface LoginDependencies {
  readonly isListener: (id: string) => boolean;
  readonly exampleListenerId: string | undefined;
}

/** A listener and a password of 64 characters each, percent-encoded, are below it. */
const MAX_FORM_BYTES = 4_096;

/** Answers requests for the page of one login under way; `path` is where the browser sees it. */
export async function answerLogin(
  dependencies: LoginDependencies,
  provider: Provider,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { isListener, exampleListenerId } = dependencies;
  if (request.method !== 'GET' && request.method !== 'POST') {
    response.setHeader('allow', 'GET, POST');
    return sendPage(response, 405, problemPage('This cannot be done', ['A login is a form: GET or POST.']));
  }
  const details = await interactionOf(provider, request, response);
  if (details === undefined || !path.endsWith(`/${details.uid}`))
    return sendPage(response, 400, problemPage('This login has ended', ['Start again from the app.']));

  const show = (status: number, listenerId: string, problem?: string) => {
    const { client_id: clientId, scope } = details.params;
    const form = {
      action: path,
      clientId: String(clientId),
      scopes: typeof scope === 'string' ? scope.split(' ') : [],
      listenerId,
      example: exampleListenerId,
      password: DEVELOPMENT_PASSWORD,
      problem,
    };
    sendPage(response, status, loginPage(form));
  };

  if (request.method === 'GET') {
    const hint = details.params.login_hint;
    return show(200, typeof hint === 'string' ? hint : '');
  }
  const form = await readForm(request);
  if (form === undefined) return show(400, '', 'This form cannot be read.');
  if (form.get('do') === 'cancel') {
    const result = { error: 'access_denied', error_description: 'the listener cancelled the login' };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
  const listenerId = form.get('listener')?.trim() ?? '';
  if (!isListener(listenerId) || form.get('password') !== DEVELOPMENT_PASSWORD)
    return show(422, listenerId, 'There is no such listener, or the password is wrong.');
  const result = { login: { accountId: listenerId } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

/** Undefined when the browser has no login under way, or another one. */
async function interactionOf(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    return await provider.interactionDetails(request, response);
  } catch (error) {
    if (error instanceof errors.SessionNotFound) return undefined;
    throw error;
  }
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // Not destroyed when too long: the answer goes over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks, length).toString());
}
