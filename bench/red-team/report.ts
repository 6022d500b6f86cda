/** Both parts of the red-team set, measured. */
import { generatePii } from './generate.ts'
import { generateInjections } from './injections.ts'
import { injectionsDevelopment } from './injections-development.ts'
import { injectionsDevelopmentSecond } from './injections-development-second.ts'
import { injectionsHeldOut } from './injections-held-out.ts'
import { measureInjections, measurePii } from './measure.ts'
import { piiDevelopment } from './pii-development.ts'
import { piiHeldOut } from './pii-held-out.ts'

const threshold = 0.5

export async function measureRedTeam() {
  return {
    heldOut: {
      pii: await measurePii(generatePii(piiHeldOut, { seed: 20_261_121, rounds: 10 })),
      injections: await measureInjections(generateInjections(injectionsHeldOut, 7_777), threshold),
    },
    development: {
      pii: await measurePii(generatePii(piiDevelopment, { seed: 11, rounds: 8 })),
      injections: await measureInjections(
        [
          ...generateInjections(injectionsDevelopment, 11),
          ...generateInjections(injectionsDevelopmentSecond, 20_261_121),
        ],
        threshold,
      ),
    },
  }
}
