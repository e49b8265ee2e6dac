/** For the command line, which knows no transport. */
export {
  CertificateError,
  createCertificates,
  FILES,
  LIFETIME_DAYS,
  readCertificates,
  writeCertificates,
} from '../transport/certificates/index.ts';
