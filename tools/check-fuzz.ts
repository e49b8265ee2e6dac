/**
 * Whether every operation of a live server's OpenAPI document has done what it is for at least once since it started:
 * requests that are refused one and all test nothing behind the door. `node tools/check-fuzz.ts <url>`
 */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

const url = process.argv[2]!;
const [document, metrics] = await Promise.all(
  ['/openapi.json', '/metrics'].map(async (path) => (await fetch(`${url}${path}`)).text()),
);
const operations = Object.values((JSON.parse(document!) as Document).paths).flatMap((methods) =>
  Object.values(methods).map(({ operationId }) => operationId),
);
const done = new Set(
  [...metrics!.matchAll(/^rehearsal_http_requests_total\{operation="(\w+)",status="2\d\d"\} [1-9]/gm)].map(
    ([, operation]) => operation,
  ),
);
const never = operations.filter((operation) => !done.has(operation));
console.log(
  never.length === 0
    ? `each of the ${operations.length} operations was done`
    : `never done, only refused: ${never.join(', ')}`,
);
process.exitCode = operations.length > 0 && never.length === 0 ? 0 : 1;
