/** Checks sources against the rules. Each finding is a sentence: file and line, what is wrong, what to do instead. */
import {
  AREAS,
  type Area,
  BANS,
  CLIENT_PACKAGES,
  FILE_NAME,
  GENERATED,
  LONGER_FILES,
  LONGEST_FILE,
  TESTS,
} from './rules.ts';
import { blank, type Import, importsOf, lineAt, type SourceFile } from './source.ts';

export function areaOf(path: string): Area | undefined {
  return AREAS.find(({ files }) => files.test(path));
}

export function checkImports(file: SourceFile): string[] {
  const area = areaOf(file.path);
  if (area === undefined) {
    return [
      `${file.path}:1 lies in no area of tests/architecture/rules.ts: move it, or add its folder there.`,
    ];
  }
  return importsOf(file)
    .filter((one) => !allows(area, file.path, one))
    .map(({ specifier, line }) => {
      if (CLIENT_PACKAGES.test(specifier)) {
        return `${file.path}:${line} imports the client package '${specifier}': only engines/*/real.ts does; use the engine's port.`;
      }
      return `${file.path}:${line} (${area.name}) may not import '${specifier}': ${area.instead}.`;
    });
}

function allows(area: Area, from: string, { specifier, target }: Import): boolean {
  if (target === null) return allowsModule(area, from, specifier);
  const other = areaOf(target);
  if (other === undefined) return area.mayImport.includes('*') || !target.endsWith('.ts');
  if (other === area) {
    const folder = area.separateFolders?.exec(from)?.[1];
    const otherFolder = area.separateFolders?.exec(target)?.[1];
    return folder === undefined || otherFolder === undefined || folder === otherFolder;
  }
  return (
    area.mayImport.includes('*') ||
    area.mayImport.includes(other.name) ||
    (area.alsoFiles?.test(target) ?? false)
  );
}

function allowsModule(area: Area, from: string, specifier: string): boolean {
  if (specifier.startsWith('node:')) return area.node ?? false;
  if (CLIENT_PACKAGES.test(specifier)) return /^system\/engines\/[^/]+\/real\.ts$/.test(from);
  // A file for users may name the package as they do.
  if (specifier.startsWith('@rehearsal/rehearse')) return area.mayImport.includes('*');
  return area.packages?.test(specifier) ?? false;
}

export function checkBans(file: SourceFile): string[] {
  const code = blank(file.text, true);
  const inTests = TESTS.test(file.path);
  return BANS.filter(({ allowed, inTests: too }) => !allowed.test(file.path) && (too || !inTests)).flatMap(
    ({ what, pattern, instead }) =>
      [...code.matchAll(pattern)].map((match) => {
        const word = match[0].trim();
        const line = lineAt(code, match.index + match[0].search(/\S/));
        return `${file.path}:${line} uses ${what} (${word}): use ${instead}.`;
      }),
  );
}

export function checkForm({ path, text }: SourceFile): string[] {
  const findings: string[] = [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!FILE_NAME.test(name)) findings.push(`${path}:1 is not in kebab-case: name it ${kebab(name)}.`);
  const lines = text.split('\n').length - 1;
  if (lines > LONGEST_FILE && !GENERATED.test(path) && !(path in LONGER_FILES)) {
    findings.push(
      `${path}:${LONGEST_FILE} has ${lines} lines, more than ${LONGEST_FILE}: split it by what it does, or name it with its reason in LONGER_FILES.`,
    );
  }
  return findings;
}

function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
