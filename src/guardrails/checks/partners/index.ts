/** The rows of all partner checks, written out. */
import { aporia } from './aporia.ts'
import { azure } from './azure.ts'
import { crowdstrike } from './crowdstrike.ts'
import { exa } from './exa.ts'
import { f5 } from './f5.ts'
import { lakera } from './lakera.ts'
import { lasso } from './lasso.ts'
import { pangea } from './pangea.ts'
import type { Partner } from './partner.ts'
import { patronus } from './patronus.ts'
import { prismaAirs } from './prisma-airs.ts'
import { promptSecurity } from './prompt-security.ts'
import { promptfoo } from './promptfoo.ts'
import { qualifire } from './qualifire.ts'
import { zscaler } from './zscaler.ts'

export const partners: readonly Partner[] = [
  ...azure,
  lakera,
  prismaAirs,
  lasso,
  zscaler,
  ...promptSecurity,
  ...promptfoo,
  ...pangea,
  f5,
  crowdstrike,
  aporia,
  ...patronus,
  ...qualifire,
  exa,
]
