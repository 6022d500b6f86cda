/** The rows of all partner checks, written out. */
import { azure } from './azure.ts'
import { evaluators } from './evaluators.ts'
import { exa } from './exa.ts'
import type { Partner } from './partner.ts'
import { redactors } from './redactors.ts'
import { scanners } from './scanners.ts'

export const partners: readonly Partner[] = [...azure, ...scanners, ...redactors, ...evaluators, exa]
