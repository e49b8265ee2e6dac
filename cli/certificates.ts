/** `rehearse certificates`: what `serve --tls` needs, for this machine alone. */
import type { Command } from 'commander';
import { UsageError } from './errors.ts';
import { reasonOf } from './files.ts';
import { commandLine } from './replay.ts';

export function registerCertificates(program: Command): void {
  program
    .command('certificates')
    .description('make certificates of development for serve --tls, good for the loopback interface only')
    .argument('<dir>', 'folder to write them to')
    .addHelpText('after', '\nExample:\n  rehearse certificates certs && rehearse serve --tls certs')
    .action(certificates);
}

async function certificates(folder: string): Promise<void> {
  const { createCertificates, FILES, LIFETIME_DAYS, writeCertificates } = await import(
    '../system/modes/certificates.ts'
  );
  const texts = await createCertificates(new Date());
  await writeCertificates(folder, texts).catch((error: unknown) => {
    throw new UsageError(`The certificates cannot be written to ${folder}: ${reasonOf(error)}.`);
  });
  process.stdout.write(
    `Written to ${folder}: ${Object.values(FILES).join(', ')}. They are good for ${LIFETIME_DAYS} days.\nUse them: ${commandLine(['serve', '--tls', folder])}, then curl --cacert ${folder}/${FILES.authority} https://127.0.0.1:8080/readyz\n`,
  );
}
