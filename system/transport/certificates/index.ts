export {
  CertificateError,
  type CertificateTexts,
  createCertificates,
  FILES,
  LIFETIME_DAYS,
  readCertificates,
  writeCertificates,
} from './certificates.ts';
