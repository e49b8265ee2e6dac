/** S3: what composition roots and scenarios may use of it. */
export { createS3, type EmbeddedS3, type S3Options } from './embedded.ts';
export { type S3Knobs, s3Knobs } from './knobs.ts';
export type { BaseObject, ObjectBaseLayer } from './objects.ts';
