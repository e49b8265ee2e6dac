/**
 * Property tests draw the same examples in every run, so that a red test is about the change at hand. To look further:
 * `REHEARSE_PROPERTY_SEED=$RANDOM npm test`.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.REHEARSE_PROPERTY_SEED ?? 20_261_125) });
