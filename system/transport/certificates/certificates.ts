/**
 * Certificates for development: an authority that lives in one folder, and one pair for the gateway and one for services,
 * all for the loopback interface only. Nobody should trust this authority for anything else, so it is short-lived.
 */
// x509 is built on decorators and wants this before it is loaded.
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** The files of a folder, PEM. */
export const FILES = {
  authority: 'authority.pem',
  gatewayCertificate: 'gateway.pem',
  gatewayKey: 'gateway-key.pem',
  serviceCertificate: 'service.pem',
  serviceKey: 'service-key.pem',
} as const;

export type CertificateTexts = { readonly [Name in keyof typeof FILES]: string };

/** A month is longer than any workshop, and short enough that a forgotten folder is worth nothing. */
export const LIFETIME_DAYS = 30;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const NAMES: x509.JsonGeneralNames = [
  { type: 'dns', value: 'localhost' },
  { type: 'ip', value: '127.0.0.1' },
  { type: 'ip', value: '::1' },
];

/** A folder holds no usable certificates; the message says what to do. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly exitCode = 2;
}

export async function createCertificates(now: Date): Promise<CertificateTexts> {
  const notBefore = new Date(now.getTime() - 3_600_000);
  const notAfter = new Date(now.getTime() + LIFETIME_DAYS * 86_400_000);
  const authorityKeys = await keyPair();
  const issuer = 'CN=Rehearsal development authority';
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    notBefore,
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const issue = async (subject: string, usages: x509.ExtendedKeyUsage[]) => {
    const keys = await keyPair();
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer,
      publicKey: keys.publicKey,
      signingKey: authorityKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore,
      notAfter,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages),
        new x509.SubjectAlternativeNameExtension(NAMES),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await privatePem(keys) };
  };
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  // The gateway is a server for apps and a client of services; a service is both for other services.
  const gateway = await issue('CN=Rehearsal gateway', [serverAuth, clientAuth]);
  const service = await issue('CN=Rehearsal service', [serverAuth, clientAuth]);
  return {
    authority: authority.toString('pem'),
    gatewayCertificate: gateway.certificate,
    gatewayKey: gateway.key,
    serviceCertificate: service.certificate,
    serviceKey: service.key,
  };
}

/** Writes all of them or none: a folder with keys of two authorities would be a riddle. Keys can be read by their owner only. */
export async function writeCertificates(folder: string, texts: CertificateTexts): Promise<void> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  try {
    for (const [name, file] of entries()) {
      const path = join(folder, `.${file}.new`);
      await writeFile(path, texts[name], { mode: file.endsWith('-key.pem') ? 0o600 : 0o644 });
      written.push(path);
    }
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw error;
  }
  for (const [, file] of entries()) await rename(join(folder, `.${file}.new`), join(folder, file));
}

/** Throws `CertificateError` when one is missing or over. */
export async function readCertificates(folder: string, now: Date): Promise<CertificateTexts> {
  const texts: Record<string, string> = {};
  for (const [name, file] of entries()) {
    texts[name] = await readFile(join(folder, file), 'utf8').catch(() => {
      throw new CertificateError(
        `${join(folder, file)} cannot be read: 'rehearse certificates ${folder}' makes all that are needed.`,
      );
    });
  }
  const { notAfter } = new x509.X509Certificate(texts.authority!);
  if (notAfter.getTime() <= now.getTime())
    throw new CertificateError(
      `The certificates in ${folder} ended on ${notAfter.toISOString().slice(0, 10)}: 'rehearse certificates ${folder}' makes new ones.`,
    );
  return texts as CertificateTexts;
}

const entries = () => Object.entries(FILES) as [keyof typeof FILES, string][];

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function privatePem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}
